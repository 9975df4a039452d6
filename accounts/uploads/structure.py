"""What stands where in a whole file: whether the picture ends, and what comes with it. Nothing is decoded yet.

What a decoder would never show can still be harmful to who takes the file for something else: an archive behind a
picture is one to every unpacker. So a file must end where its picture ends. Cameras are the exception: behind a JPEG
they put smaller versions and maps of brightness (JPEGs again), the film of a moving photo (MP4), or notes of their own
(Samsung). To refuse these would be to refuse most phones; they are left behind with the original.
"""

import re
from typing import Final

from accounts.uploads import jpeg
from accounts.uploads.headers import Kind
from accounts.uploads.refusals import PhotoRefused, Reason

MAX_SCANS: Final = 100
"""Of a progressive JPEG; encoders write some ten. Each takes as long as a whole picture, however short it is."""

# With the byte behind it, so that no compressed photo holds one by chance.
_MARKUP: Final = re.compile(rb"<(?:script|html|!doctype|\?php)[\s>/]", re.IGNORECASE)
_ARCHIVE_ENTRY: Final = b"PK\x01\x02"
_ARCHIVE_END: Final = b"PK\x05\x06"
_RAR: Final = b"Rar!\x1a\x07"


def check_structure(kind: Kind, data: bytes) -> None:
    """See that a file is one whole still picture and nothing else.

    Raises:
        PhotoRefused: it ends too early, is animated though its header does not say so, goes on behind its end, or
            carries something.
    """
    tail = data[_ENDS[kind](data) :]
    if _carries_something(data):
        raise PhotoRefused(Reason.EMBEDDED_CONTENT)
    if tail.strip(b"\0") and not (kind is Kind.JPEG and _is_of_a_camera(tail)):
        raise PhotoRefused(Reason.TRAILING_DATA)


def _jpeg_end(data: bytes) -> int:
    scans = 0
    for segment in jpeg.segments(data):
        scans += segment.marker == jpeg.START_OF_SCAN
        if scans > MAX_SCANS:
            raise PhotoRefused(Reason.DAMAGED)
        if segment.marker == jpeg.END_OF_IMAGE:
            return segment.end
    raise PhotoRefused(Reason.TRUNCATED)


def _png_end(data: bytes) -> int:
    position = 8
    while position + 12 <= len(data):
        length, chunk = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        position += 12 + length
        if chunk == b"IEND" and position <= len(data):
            return position
    raise PhotoRefused(Reason.TRUNCATED)


def _webp_end(data: bytes) -> int:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoRefused(Reason.TRUNCATED)
    position = 12
    while position + 8 <= end:
        if data[position : position + 4] in {b"ANIM", b"ANMF"}:
            raise PhotoRefused(Reason.ANIMATED)
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + length + length % 2
    return end


_ENDS: Final = {Kind.JPEG: _jpeg_end, Kind.PNG: _png_end, Kind.WEBP: _webp_end}


def _carries_something(data: bytes) -> bool:
    # An unpacker looks for the end of an archive in the last 64 KB, a reader for a document in the first one.
    has_archive = _ARCHIVE_END in data[-65_557:] and _ARCHIVE_ENTRY in data
    return has_archive or _RAR in data or b"%PDF-" in data[:1024] or _MARKUP.search(data) is not None


def _is_of_a_camera(tail: bytes) -> bool:
    rest = tail.lstrip(b"\0")
    while rest.startswith(b"\xff\xd8\xff"):
        try:
            rest = rest[_jpeg_end(rest) :].lstrip(b"\0")
        except PhotoRefused:
            return False
    # Before its name stands the length of a film's first part, in four bytes of which the first are zeros.
    return not rest or b"ftyp" in rest[:8] or rest.endswith(b"SEFT")
