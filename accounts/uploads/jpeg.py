"""The parts of a JPEG (ITU-T T.81, annex B), found without decoding any."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from accounts.uploads.refusals import PhotoRefused, Reason

START_OF_SCAN: Final = 0xDA
END_OF_IMAGE: Final = 0xD9
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segment that says how large the picture is."""

_LONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
# Inside a scan, 0xFF stands before 0x00 and restart markers; anything else ends it.
_AFTER_SCAN: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")


class Segment(NamedTuple):
    """``data[start:end]`` is what follows the segment's length; both are equal for a marker that stands alone."""

    marker: int
    start: int
    end: int


def segments(data: bytes) -> Iterator[Segment]:
    """Every segment up to the end of the image, or as far as the data go; the last one may end behind them.

    Raises:
        PhotoRefused: there is something else where a segment must begin.
    """
    position = 2
    while position + 2 <= len(data):
        if data[position] != 0xFF:
            raise PhotoRefused(Reason.DAMAGED)
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        position += 2
        if marker == END_OF_IMAGE or marker in _LONE:
            yield Segment(marker, position, position)
            if marker == END_OF_IMAGE:
                return
            continue
        length = int.from_bytes(data[position : position + 2])
        if marker == 0x00 or (length < 2 and position + 2 <= len(data)):
            raise PhotoRefused(Reason.DAMAGED)
        yield Segment(marker, position + 2, position + length)
        position += length
        if marker == START_OF_SCAN:
            found = _AFTER_SCAN.search(data, position)
            if found is None:
                return
            position = found.end() - 2


def frame_size(data: bytes, frame: Segment) -> tuple[int, int] | None:
    """Width and height in pixels; None if the data end before them."""
    if frame.start + 5 > len(data):
        return None
    height, width = data[frame.start + 1 : frame.start + 3], data[frame.start + 3 : frame.start + 5]
    return int.from_bytes(width), int.from_bytes(height)
