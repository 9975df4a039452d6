"""The words in which cafés write their hours, in Chinese and English. A text with any other word is not understood."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from caferoam.text.normalize import normalize
from shops.hours.clock import Clock, Half

TEXT_MAX_LENGTH: Final = 500
"""What is longer tells stories."""

EVERY_DAY: Final = frozenset(range(7))
WORKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset({5, 6})


class Kind(Enum):
    """What a word is for."""

    DAY = auto()
    DAYS = auto()
    HOLIDAYS = auto()
    """Public ones, which no week knows."""
    FREE_DAYS = auto()
    """假日: weekends and public holidays."""
    TIME = auto()
    HALF = auto()
    AROUND_THE_CLOCK = auto()
    DASH = auto()
    OFF = auto()
    UNKNOWN = auto()
    LAST_ORDER = auto()
    """A time follows at which something else ends."""
    SEPARATOR = auto()
    FILLER = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, and what more it says, by its kind: weekdays (0 for Monday), a time, a part of the day."""

    kind: Kind
    text: str
    days: frozenset[int] = frozenset()
    clock: Clock | None = None
    half: Half | None = None


_CHINESE_DAYS: Final = "一二三四五六日"
_ENGLISH_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WORDS: Final[dict[str, Token]] = {
    **{
        name[:length]: Token(Kind.DAY, name[:length], frozenset({day}))
        for day, name in enumerate(_ENGLISH_DAYS)
        for length in (2, 3, len(name))
    },
    **{name: Token(Kind.DAY, name, frozenset({day})) for name, day in (("tues", 1), ("thur", 3), ("thurs", 3))},
    **{name: Token(Kind.DAYS, name, EVERY_DAY) for name in ("daily", "everyday")},
    **{name: Token(Kind.DAYS, name, WORKDAYS) for name in ("weekday", "weekdays")},
    **{name: Token(Kind.DAYS, name, WEEKEND) for name in ("weekend", "weekends")},
    **{name: Token(Kind.OFF, name) for name in ("off", "closed")},
    **{name: Token(Kind.FILLER, name) for name in ("open", "opening", "business", "hours", "from")},
    "ph": Token(Kind.HOLIDAYS, "ph"),
    "unknown": Token(Kind.UNKNOWN, "unknown"),
    "am": Token(Kind.HALF, "am", half=Half.AM),
    "pm": Token(Kind.HALF, "pm", half=Half.PM),
    "nn": Token(Kind.HALF, "nn", half=Half.NOON),
    "noon": Token(Kind.TIME, "noon", clock=Clock(12, half=Half.PM)),
    "midnight": Token(Kind.TIME, "midnight", clock=Clock(24)),
    "to": Token(Kind.DASH, "to"),
    "and": Token(Kind.SEPARATOR, "and"),
}
_HALVES: Final = {
    **dict.fromkeys(("上午", "早上", "早晨", "清晨", "早", "凌晨"), Half.AM),
    "中午": Half.NOON,
    **dict.fromkeys(("下午", "午後", "傍晚"), Half.PM),
    **dict.fromkeys(("晚上", "晚間", "夜間", "晚"), Half.NIGHT),
}


def _kind(kind: Kind, days: frozenset[int] = frozenset()) -> Callable[[re.Match[str]], Token | None]:
    return lambda match: Token(kind, match.group(), days)


def _chinese_day(match: re.Match[str]) -> Token:
    day = _CHINESE_DAYS.index(match.group()[-1].replace("天", "日"))
    return Token(Kind.DAY, match.group(), frozenset({day}))


def _time(match: re.Match[str]) -> Token:
    hour, minute, half_past = match.group("hour"), match.group("minute"), match.group("half_past")
    clock = Clock(
        int(hour),
        30 if half_past else int(minute or 0),
        two_digits=len(hour) == 2,
        bare=minute is None and half_past is None,
    )
    return Token(Kind.TIME, match.group(), clock=clock)


def _half(match: re.Match[str]) -> Token:
    return Token(Kind.HALF, match.group(), half=_HALVES[match.group()])


def _dotted_half(match: re.Match[str]) -> Token:
    return Token(Kind.HALF, match.group(), half=Half.AM if match.group()[0] == "a" else Half.PM)


def _word(match: re.Match[str]) -> Token | None:
    return _WORDS.get(match.group())


# In the order in which they are tried. None of them can match the same text in two ways, so none is slow.
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Token | None]], ...]] = (
    (re.compile(r"24 ?(/ ?7|小時(營業)?|(hours?|hrs?|h)(?![a-z]))"), _kind(Kind.AROUND_THE_CLOCK)),
    (
        re.compile(
            r"(?<!\d)(?<!\d:)(?P<hour>\d{1,2})(?:(?: ?: ?)?(?P<minute>\d\d)|[點時](?P<half_past>半)?)?(?!\d| ?: ?\d)"
        ),
        _time,
    ),
    (re.compile(r"[-‐‒–—―─−~〜∼ー]+|[至到]"), _kind(Kind.DASH)),
    (re.compile(r"國定假日"), _kind(Kind.HOLIDAYS)),
    (re.compile(r"假日"), _kind(Kind.FREE_DAYS, WEEKEND)),
    (re.compile(r"平日|[週周]間"), _kind(Kind.DAYS, WORKDAYS)),
    (re.compile(r"[週周]末"), _kind(Kind.DAYS, WEEKEND)),
    (re.compile(r"每日|每天|天天|every ?day"), _kind(Kind.DAYS, EVERY_DAY)),
    (re.compile(rf"每?(星期|禮拜|[週周])[{_CHINESE_DAYS}天]|[{_CHINESE_DAYS}]"), _chinese_day),
    (
        re.compile(r"(固定|定期)?(公休日?|店休日?)|定休日?|固定休(息|假)?日?|休(息|假)日?|休[日館業]?|[不未沒無]營業"),
        _kind(Kind.OFF),
    ),
    (re.compile(r"(全年|年中|天天)?無(公)?休|營業時間|營業|時間|開放|[為是皆均都]"), _kind(Kind.FILLER)),
    (re.compile(r"最後點[餐單]時?間?|最後收客|供餐至|last orders?|l\.?o\.?(?![a-z])"), _kind(Kind.LAST_ORDER)),
    (re.compile("|".join(sorted(_HALVES, key=len, reverse=True))), _half),
    (re.compile(r"[ap]\.m\.?"), _dotted_half),
    (re.compile(r"[a-z]+"), _word),
    (re.compile(r"[,、/\\&.;|()\[\]{}【】《》〈〉「」『』\"。·•・‧:]+|[和與及]"), _kind(Kind.SEPARATOR)),
)


def tokens(text: str) -> list[Token] | None:
    """The words of a text, without blanks; None if there is one that hours are not written with."""
    if len(text) > TEXT_MAX_LENGTH:
        return None
    normal = normalize(text).replace("ㄧ", "一")  # which looks the same, and is a letter
    found: list[Token] = []
    position = 0
    while position < len(normal):
        if normal[position] == " ":
            position += 1
            continue
        token = next(_tokens_at(normal, position), None)
        if token is None:
            return None
        found.append(token)
        position += len(token.text)
    return found


def _tokens_at(text: str, position: int) -> Iterator[Token]:
    for pattern, make in _PATTERNS:
        match = pattern.match(text, position)
        if match and (token := make(match)):
            yield token
