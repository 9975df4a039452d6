"""What the first bytes of a file say it is, and how large a picture. No decoder is involved, so it is safe anywhere."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.uploads import jpeg
from accounts.uploads.refusals import PhotoRefused, Reason

MAX_SIDE: Final = 8_000
MAX_PIXELS: Final = 40_000_000


class Kind(StrEnum):
    """The types of pictures that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True)
class Header:
    """``size`` is width and height in pixels; None where more bytes would be needed to know."""

    kind: Kind
    size: tuple[int, int] | None


def read_header(start: bytes) -> Header:
    """What a file is that begins with these bytes.

    Raises:
        PhotoRefused: it is no JPEG, PNG or WebP, is animated, says nothing sensible, or is too large a picture.
    """
    kind = _kind(start)
    size = _READERS[kind](start)
    if size is not None:
        check_size(*size)
    return Header(kind, size)


def check_size(width: int, height: int) -> None:
    """Raises ``PhotoRefused`` for a picture that is too large, or has no pixels at all."""
    if width < 1 or height < 1:
        raise PhotoRefused(Reason.DAMAGED)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise PhotoRefused(Reason.TOO_MANY_PIXELS)


def _kind(start: bytes) -> Kind:
    if start.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Kind.WEBP
    raise PhotoRefused(_foreign(start))


def _foreign(start: bytes) -> Reason:
    """The name of what it is instead, as far as people are likely to send such things."""
    if start[4:8] == b"ftyp":
        return _of_brands(start[8:64])
    if start.startswith((b"GIF87a", b"GIF89a")):
        return Reason.TYPE_GIF
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Reason.TYPE_ZIP
    if b"%PDF-" in start[:1024]:
        return Reason.TYPE_PDF
    text = start[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<"):
        return Reason.TYPE_SVG if b"<svg" in text and b"<html" not in text else Reason.TYPE_HTML
    return Reason.TYPE_UNKNOWN


_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def _of_brands(brands: bytes) -> Reason:
    """Of the family of files that begin like an MP4."""
    if b"avif" in brands or b"avis" in brands:
        return Reason.TYPE_AVIF
    return Reason.TYPE_HEIC if any(brand in brands for brand in _HEIC_BRANDS) else Reason.TYPE_UNKNOWN


def _png_size(start: bytes) -> tuple[int, int] | None:
    if len(start) < 33:
        raise PhotoRefused(Reason.TRUNCATED)
    if start[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise PhotoRefused(Reason.DAMAGED)
    position = 8
    # An animation is announced before the first pixels.
    while position + 8 <= len(start):
        chunk, length = start[position + 4 : position + 8], int.from_bytes(start[position : position + 4])
        if chunk == b"acTL":
            raise PhotoRefused(Reason.ANIMATED)
        if chunk in {b"IDAT", b"IEND"}:
            break
        position += 12 + length
    return int.from_bytes(start[16:20]), int.from_bytes(start[20:24])


def _webp_size(start: bytes) -> tuple[int, int] | None:
    if len(start) < 30:
        raise PhotoRefused(Reason.TRUNCATED)
    chunk, data = start[12:16], start[20:30]
    if chunk == b"VP8X":
        if data[0] & 0b10:
            raise PhotoRefused(Reason.ANIMATED)
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if chunk == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    if chunk == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise PhotoRefused(Reason.DAMAGED)


def _jpeg_size(start: bytes) -> tuple[int, int] | None:
    for segment in jpeg.segments(start):
        if segment.marker in jpeg.FRAMES:
            return jpeg.frame_size(start, segment)
        if segment.marker in {jpeg.START_OF_SCAN, jpeg.END_OF_IMAGE}:
            raise PhotoRefused(Reason.DAMAGED)
    return None  # a camera may write more about a photo than we read of it


_READERS: Final = {Kind.JPEG: _jpeg_size, Kind.PNG: _png_size, Kind.WEBP: _webp_size}
