"""Text from outside made fit to be drawn: cleaned, measured without a font, parted into lines that are wide enough.

No font is at hand when a stamp is drawn, and each viewer has others. Widths are therefore estimates, in ems, and
whoever draws a line states the width it must take (``textLength``), so that no font can make it overflow.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

ELLIPSIS: Final = "…"
_MARKS_IN_A_ROW: Final = 2
_SMALLEST: Final = 0.8
"""Of the size of the last line count: smaller than that, a text is cut instead."""

_NATURAL_BREAK: Final = 2.5
"""Ems by which lines may differ more for the sake of a break at a blank or a bracket."""

_ZWJ: Final = "\u200d"
_NOT_DRAWN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NARROW: Final = frozenset("iljIftr.,:;'`|!()[]{}-·’")
_WIDE: Final = frozenset("mwMW@%&—")
_CJK: Final = re.compile(r"[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_EMOJI: Final = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_PLAIN: Final = re.compile(
    r"[\x20-\x7e\u00a1-\u024f\u1e00-\u1eff\u2010-\u2027\u30fb\u3000-\u30ff\uac00-\ud7a3\uff00-\uffef]"
)
_EDGES: Final = " \t_-–—|/\\·・,，.。:：;；~～()（）[]【】「」『』<>《》\"“”'‘’+＋&＆@*"


def clean(text: str) -> str:
    """What of it can be drawn: no control, bidi or private characters, no piles of marks, single blanks."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _NOT_DRAWN and character != _ZWJ:
            kept.append(" " if character in "\t\n\r\u2028\u2029" else "")
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return " ".join("".join(kept).split())


def without_emoji(text: str) -> str:
    """The same without pictures, which a one-coloured stamp cannot show; but with them if nothing else is there."""
    bare = clean("".join(cluster for cluster in clusters(text) if not _EMOJI.search(cluster)))
    return bare if any(character.isalnum() for character in bare) else text


def has_emoji(text: str) -> bool:
    """Whether a font may draw some of it in colours of its own."""
    return _EMOJI.search(text) is not None


def clusters(text: str) -> list[str]:
    """What a reader takes for single characters: a base with its marks, a joined or flagged emoji."""
    found: list[str] = []
    for character in text:
        joined = bool(found) and found[-1].endswith(_ZWJ)
        extends = unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Mc"}
        tone = "\U0001f3fb" <= character <= "\U0001f3ff"
        second_half_of_flag = _is_flag(character) and len(found[-1:]) == 1 and _is_flag(found[-1])
        if found and (joined or extends or tone or character == _ZWJ or second_half_of_flag):
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_flag(text: str) -> bool:
    return len(text) == 1 and "\U0001f1e6" <= text <= "\U0001f1ff"


def width(text: str) -> float:
    """About how wide it is, in ems; generous rather than exact."""
    return sum(_cluster_width(cluster) for cluster in clusters(text))


def _cluster_width(cluster: str) -> float:
    base = cluster[0]
    if unicodedata.east_asian_width(base) in "WF" or _EMOJI.match(base) or (len(cluster) > 1 and _is_flag(base)):
        return 1.0
    if base == " ":
        return 0.3
    if base in _NARROW:
        return 0.38
    if base in _WIDE:
        return 0.92
    if base.isupper():
        return 0.72
    return 0.56 if base.isalnum() or unicodedata.category(base) == "Zs" else 0.6


def is_plain(text: str) -> bool:
    """Whether each character can stand by itself, as on a ring: not so where letters join or run leftwards."""
    return all(len(cluster) == 1 and bool(_CJK.match(cluster) or _PLAIN.match(cluster)) for cluster in clusters(text))


def runs_leftwards(text: str) -> bool:
    """Whether the first letter that says so is of a script written from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"R", "AL"}:
            return True
        if direction == "L":
            return False
    return False


def in_two_scripts(name: str) -> tuple[str, str]:
    """A name as (main, other): 學校咖啡館 Ecole Cafe is told twice, so the Latin words can stand apart.

    The other is empty where the name is in one script, where a letter or two belong to the rest, as in 85度C, and where
    the scripts take turns.
    """
    runs = list(_runs(name))
    chinese = [run for is_latin, run in runs if not is_latin]
    latin = [run for is_latin, run in runs if is_latin]
    if sum(before[0] is not after[0] for before, after in pairwise(runs)) > 1:
        return name, ""
    main, other = " ".join(chinese).strip(_EDGES), " ".join(latin).strip(_EDGES)
    if len(_CJK.findall(main)) < 2 or len(_LATIN.findall(other)) < 3:
        return name, ""
    return main, other


def _runs(name: str) -> Iterator[tuple[bool, str]]:
    """(is Latin, text): words, cut where the script changes. Digits and signs belong to the letters before them."""
    is_latin = _LATIN.search(name) is not None and _CJK.search(name) is None
    for word in name.split():
        known: bool | None = None
        run = ""
        for character in word:
            is_letter = _LATIN.match(character) is not None
            if is_letter or _CJK.match(character):
                if known is not None and known is not is_letter:
                    yield known, run
                    run = ""
                known = is_letter
            run += character
        is_latin = is_latin if known is None else known
        yield is_latin, run


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
        room -= _cluster_width(cluster)
        if room < 0:
            break
        kept += cluster
    return kept.rstrip(_EDGES + _ZWJ) + ELLIPSIS


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
        at = min(breaks, key=lambda end: abs(width(rest[:end]) - ideal) - _NATURAL_BREAK * (rest[end] in " (（"))
        lines.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*lines, rest]


def _breaks(text: str) -> list[int]:
    """Where a line may end: at a blank, else beside a Chinese character, else anywhere between characters."""
    blanks = [position for position, character in enumerate(text) if character == " "]
    if blanks and not _CJK.search(text):
        return blanks
    ends: list[int] = []
    position = 0
    for cluster in clusters(text):
        position += len(cluster)
        ends.append(position)
    inner = [
        end for end in ends[:-1] if text[end] not in "）)」』】，。、·・!！?？" and text[end - 1] not in "（(「『【"
    ]
    chinese = [end for end in inner if _CJK.match(text[end - 1]) or _CJK.match(text[end]) or text[end] == " "]
    return chinese or inner
