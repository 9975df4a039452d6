"""Text parted into lines that are as large as the room for them allows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stamps.art.lettering import CJK, EDGES, ZWJ, clusters, width

ELLIPSIS: Final = "…"
_SMALLEST: Final = 0.8
"""Of the size of the last line count: smaller than that, a text is cut instead."""
_NATURAL_BREAK: Final = 2.5
"""Ems by which lines may differ more for the sake of a break at a blank or a bracket."""
_AFTER_WORD: Final = 0.5
"""The same for the end of a word of which it is known."""
_WHOLE: Final = re.compile(
    "咖啡[館廳店]?|[珈咖][琲啡][館店]?|自家烘焙|烘焙|精品|手沖|書[店屋]|茶[館屋]|門市|專[門賣]店"
)
"""Words of which no line should end inside."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line and how wide it is drawn, in units of the picture."""

    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one font size."""

    lines: Sequence[Line]
    size: float


def shorten(text: str, limit: float) -> str:
    """The text, or as much of its beginning as fits into ``limit`` ems together with an ellipsis."""
    if width(text) <= limit:
        return text
    kept, room = "", limit - 1.0  # an ellipsis takes a whole em in Chinese fonts
    for cluster in clusters(text):
        room -= width(cluster)
        if room < 0:
            break
        kept += cluster
    return kept.rstrip(EDGES + ZWJ) + ELLIPSIS


def fit(text: str, *, into: float, sizes: Sequence[float]) -> Block:
    """The text in as few lines, and as large, as ``into`` units of width allow.

    ``sizes`` are the largest font sizes for one line, two lines and so on. A text too long for that many lines is cut.
    """
    for count, size in enumerate(sizes, start=1):
        lines = _part(text, count)
        possible = into / max(map(width, lines))
        # Shrunk a little it may still be larger than in more lines.
        least = sizes[count] * 1.15 if count < len(sizes) else size * _SMALLEST
        if possible >= min(size, least):
            return _block(lines, min(size, possible))
    size = sizes[-1] * _SMALLEST
    lines = _part(shorten(text, into / size * len(sizes) * 0.92), len(sizes))
    return _block(lines, min(size, into / max(map(width, lines))))


def _block(lines: Sequence[str], size: float) -> Block:
    return Block([Line(line, width(line) * size) for line in lines], size)


def _part(text: str, count: int) -> list[str]:
    """The text in ``count`` lines of about the same width, broken at blanks or between Chinese characters."""
    lines: list[str] = []
    rest = text
    for left in range(count, 1, -1):
        breaks = _breaks(rest)
        if not breaks:
            break
        ideal = width(rest) / left
        endings = {word.end() for word in _WHOLE.finditer(rest)}
        at = min(
            breaks,
            key=lambda end: (
                abs(width(rest[:end]) - ideal) - _NATURAL_BREAK * (rest[end] in " (（") - _AFTER_WORD * (end in endings)
            ),
        )
        lines.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*lines, rest]


def _breaks(text: str) -> list[int]:
    """Where a line may end: at a blank, else beside a Chinese character, else anywhere between characters."""
    blanks = [position for position, character in enumerate(text) if character == " "]
    if blanks and not CJK.search(text):
        return blanks
    ends: list[int] = []
    position = 0
    for cluster in clusters(text):
        position += len(cluster)
        ends.append(position)
    inside = {end for word in _WHOLE.finditer(text) for end in range(word.start() + 1, word.end())}
    inner = [
        end
        for end in ends[:-1]
        if text[end] not in "）)」』】，。、·・!！?？" and text[end - 1] not in "（(「『【" and end not in inside
    ]
    chinese = [end for end in inner if CJK.match(text[end - 1]) or CJK.match(text[end]) or text[end] == " "]
    return chinese or inner
