"""Text from outside made fit to be drawn: cleaned, measured without a font, told apart by script.

No font is at hand when a stamp is drawn, and each viewer has others. Widths are therefore estimates, in ems, and
whoever draws a line states the width it must take (``textLength``), so that no font can make it overflow.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_MARKS_IN_A_ROW: Final = 2
ZWJ: Final = "\u200d"
_NOT_DRAWN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NARROW: Final = frozenset("iljIftr.,:;'`|!()[]{}-·’")
_WIDE: Final = frozenset("mwMW@%&—")
CJK: Final = re.compile(r"[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_EMOJI: Final = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_PLAIN: Final = re.compile(
    r"[\x20-\x7e\u00a1-\u024f\u1e00-\u1eff\u2010-\u2027\u30fb\u3000-\u30ff\uac00-\ud7a3\uff00-\uffef]"
)
_BRANCH: Final = re.compile(r"(?!.*(?:咖啡|珈琲|咖琲|茶|書|烘|豆|食|麵包)).{1,4}(?:店|門市|分館)")
EDGES: Final = " \t_-–—|/\\·・,，.。:：;；~～()（）[]【】「」『』<>《》\"“”'‘’+＋&＆@*"


def clean(text: str) -> str:
    """What of it can be drawn: no control, bidi or private characters, no piles of marks, single blanks."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _NOT_DRAWN and character != ZWJ:
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
        joined = bool(found) and found[-1].endswith(ZWJ)
        extends = unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Mc"}
        tone = "\U0001f3fb" <= character <= "\U0001f3ff"
        second_half_of_flag = _is_flag(character) and len(found[-1:]) == 1 and _is_flag(found[-1])
        if found and (joined or extends or tone or character == ZWJ or second_half_of_flag):
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
    return all(len(cluster) == 1 and bool(CJK.match(cluster) or _PLAIN.match(cluster)) for cluster in clusters(text))


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

    The other is empty where the name is in one script, where a letter or two belong to the rest, as in 85度C, where the
    scripts take turns, and where the Chinese only says which branch it is.
    """
    runs = list(_runs(name))
    chinese = [run for is_latin, run in runs if not is_latin]
    latin = [run for is_latin, run in runs if is_latin]
    if sum(before[0] is not after[0] for before, after in pairwise(runs)) > 1:
        return name, ""
    main, other = " ".join(chinese).strip(EDGES), " ".join(latin).strip(EDGES)
    if len(CJK.findall(main)) < 2 or len(_LATIN.findall(other)) < 3 or _BRANCH.fullmatch(main):
        return name, ""
    return main, other


def _runs(name: str) -> Iterator[tuple[bool, str]]:
    """(is Latin, text): words, cut where the script changes. Digits and signs belong to the letters before them."""
    is_latin = _LATIN.search(name) is not None and CJK.search(name) is None
    for word in name.split():
        known: bool | None = None
        run = ""
        for character in word:
            is_letter = _LATIN.match(character) is not None
            if is_letter or CJK.match(character):
                if known is not None and known is not is_letter:
                    yield known, run
                    run = ""
                known = is_letter
            run += character
        is_latin = is_latin if known is None else known
        yield is_latin, run
