"""How people say when: the words of days, parts of the day, clocks and opening hours, in Chinese and English.

The text is in normal form. Each word is a pattern, so that what merely looks like one is left alone: 下午茶, 前面, 一點
(a little), "open space", "after 2 hours".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shops.search import moments
from shops.search.moments import Clock, Day, Window

type Mark = Literal["now", "until", "before", "after", "open", "opens", "still open"]
"""``still open`` means now where no other time is said; ``opens`` says that a café begins then."""
type Meaning = Mark | Day | Window | Clock

# 開 of opening, not of 開會, 開車, 開心.
_OPENS: Final = r"開(?![會放車冷窗店心始喝機花發幕伙設趴派直播箱])"
_TRADES: Final = r"營業(?![時額到至用])"
_NO_SEAT: Final = r"(?![ -](?:space|air|plan|mic|seating|kitchen|house|minded|bar|view|area|concept|sky|fire))"
_UNITS: Final = r"hours?|hrs?|min|people|person|pax|times?|days?|weeks?|months?|%|nt|twd|degrees|k?m\b|st|nd|rd|th"
_NO_UNIT: Final = rf"(?![.:]\d|[\ -]?(?:{_UNITS}))"
_ZH_NUMBER: Final = r"二?十[一二三四五六七八九]?|[零一二兩三四五六七八九]"
# Elsewhere 一點 is a little: 開晚一點, 晚上一點都不吵.
_ONE_O_CLOCK: Final = r"(?:(?<=[午上晨夜]一)|(?<=[今明一二三四五六日天末]晚一))(?!點[點都也])"

_ZH: Final[tuple[tuple[str, tuple[Meaning, ...]], ...]] = (
    (r"(?:開|營業)[到得的至]?(?:很|比較|滿|蠻|超|夠|這麼|那麼)*晚(?![上餐間安])", (moments.LATE, "open")),
    (rf"(?:很早|早早|一早)就?(?:{_OPENS}門?|{_TRADES})|開[得的]?(?:很|比較|滿|蠻)早", (moments.EARLY, "open")),
    (r"現在(?!最?[很紅夯新人年流熱當])|目前(?=[還有仍正在營]|$)|此刻|(?:正在)?營業中|正在營業", ("now",)),
    (r"(?:開放?|營業|營運|坐|待|留)[到至]", ("until",)),
    (r"今天|今日|今(?=[早晚])", (Day(),)),
    (r"明天|明日|明(?=[早晚])", (Day(1),)),
    (r"大後天", (Day(3),)),
    (r"後天", (Day(2),)),
    (r"(?<!國定)假日", (Day(weekdays=moments.WEEKEND),)),
    (r"平日|工作日|上班日", (Day(weekdays=moments.WEEKDAYS),)),
    (r"凌晨", (moments.SMALL_HOURS,)),
    (r"半夜|午夜", (moments.MIDNIGHT,)),
    (r"清晨|一大早|清早", (moments.EARLY,)),
    (r"早上|早晨|上午|(?<=[今明一二三四五六日天末])早(?![餐午點安])", (moments.MORNING,)),
    (r"中午|正午", (moments.NOON,)),
    (r"下午(?!茶)|午後", (moments.AFTERNOON,)),
    (r"傍晚|黃昏", (moments.DUSK,)),
    (r"晚上|晚間|夜晚|夜間|(?<=[今明一二三四五六日天末])晚(?![餐安霞宴飯風點])", (moments.EVENING,)),
    (r"深夜", (moments.DEEP_NIGHT,)),
    (r"[以之過]?後(?![面方院悔來勁站門天山巷段續])", ("after",)),
    (r"[以之]?前(?![面往站鎮金門方台衛])", ("before",)),
    (rf"(?:仍然?|還)[是會能有在]{{0,4}}(?:{_OPENS}[門著]?|{_TRADES})", ("still open",)),
    (rf"(?<=[點半整鐘分刻])(?:{_OPENS}|就(?:{_OPENS}|{_TRADES}))", ("opens",)),
    (
        rf"(?:[也都會要能有在]|可以){{1,4}}(?:{_OPENS}[門著]?|{_TRADES})|開門|開著|{_TRADES}|(?<=[後午上晚末日]){_OPENS}",
        ("open",),
    ),
)
_EN: Final[tuple[tuple[str, tuple[Meaning, ...]], ...]] = (
    (
        r"(?:(?:stays? |is |are )?open(?:s|ed|ing)?|closes?|closing) (?:(?:till?|until) )?late|(?:till?|until) late",
        (moments.LATE, "open"),
    ),
    (r"open(?:s|ing)? early", (moments.EARLY, "open")),
    (
        r"(?:still )?open (?:right )?now|currently open|open (?:currently|at the moment)|(?:right )?now(?! open)",
        ("now",),
    ),
    (r"till?|until", ("until",)),
    (r"today|this(?= (?:morning|afternoon|evening))", (Day(),)),
    (r"late tonight", (Day(), moments.LATE)),
    (r"tonight", (Day(), moments.EVENING)),
    (r"day after tomorrow", (Day(2),)),
    (r"tomorrow", (Day(1),)),
    (r"late[ -]nights?", (moments.DEEP_NIGHT,)),
    (r"midnight", (moments.MIDNIGHT,)),
    (r"early mornings?", (moments.EARLY,)),
    (r"mornings?", (moments.MORNING,)),
    (r"noon|midday|lunchtime", (moments.NOON,)),
    (r"afternoons?(?! teas?)", (moments.AFTERNOON,)),
    (r"early evenings?|dusk", (moments.DUSK,)),
    (r"evenings?|nights?", (moments.EVENING,)),
    (r"after|past|later than", ("after",)),
    (r"before|by|earlier than", ("before",)),
    (r"still open", ("still open",)),
    (rf"(?:stays? )?open(?:s|ed)?{_NO_SEAT}", ("open",)),
)
_ZH_WEEKDAYS: Final = "一二三四五六日"
_EN_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``[start, end)``, and one thing that it says: some say two."""

    start: int
    end: int
    meaning: Meaning


def find_words(text: str) -> Iterator[Word]:
    """All words of time from left to right, the longer ones first."""
    for found in _PATTERN.finditer(text):
        for meaning in _meanings(found):
            yield Word(found.start(), found.end(), meaning)


def _meanings(found: re.Match[str]) -> tuple[Meaning, ...]:
    kind = found.lastgroup or ""
    return (_READERS[kind](found),) if kind in _READERS else _FIXED[kind]


def _zh_day(found: re.Match[str]) -> Day:
    name = found["zh_day_name"]
    weekdays = moments.WEEKEND if name == "末" else (_ZH_WEEKDAYS.index(name.replace("天", "日")),)
    week = found["zh_day_week"]
    return Day(weekdays=weekdays, week="next" if week == "下" else "this" if week else "coming")


def _en_day(found: re.Match[str]) -> Day:
    name = found["en_day_name"]
    several = {"weekend": moments.WEEKEND, "weekday": moments.WEEKDAYS}
    weekdays = several.get(name) or (_EN_WEEKDAYS.index(name),)
    # Unlike 這週五, "this friday" is the coming one, also on a Sunday.
    return Day(weekdays=weekdays, week="next" if found["en_day_week"] == "next" else "coming")


def _zh_clock(found: re.Match[str]) -> Clock:
    minute = (found["zh_clock_minute"] or "0").removesuffix("分").strip()
    quarters = {"半": 30, "一刻": 15, "三刻": 45}
    return Clock(_number(found["zh_clock_hour"]), quarters.get(minute) or _number(minute))


def _number(text: str) -> int:
    """Arabic or Chinese, up to 59."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_digit(tens, 1) * 10 if ten else 0) + _digit(ones, 0)


def _digit(text: str, default: int) -> int:
    return "零一二三四五六七八九".index(text.replace("兩", "二")) if text else default


def _digital_clock(found: re.Match[str]) -> Clock:
    hour = found["digital_hour"]
    return Clock(int(hour), int(found["digital_minute"]), exact=hour.startswith("0"))


def _half_clock(found: re.Match[str]) -> Clock:
    return Clock(
        int(found["half_hour"]), int(found["half_minute"] or 0), half="am" if found["half_half"] == "a" else "pm"
    )


def _bare_clock(found: re.Match[str]) -> Clock:
    return Clock(int(found["bare_hour"]))


_READERS: Final[Mapping[str, Callable[[re.Match[str]], Meaning]]] = {
    "zh_day": _zh_day,
    "en_day": _en_day,
    "zh_clock": _zh_clock,
    "half": _half_clock,
    "digital": _digital_clock,
    "bare": _bare_clock,
}
_FIXED: Final = {f"{name}{i}": said for name, words in (("zh", _ZH), ("en", _EN)) for i, (_, said) in enumerate(words)}
_ZH_READ: Final = rf"""
  (?P<zh_day>(?:(?P<zh_day_week>[這本下])個?)?(?:[週周]|星期|禮拜)
    (?P<zh_day_name>[一二三四五六](?![次家杯本天個回兩])|[日天末]))
| (?P<zh_clock>(?<![第\d.:$])(?<!第[ ])(?P<zh_clock_hour>2[0-4]|1\d|0?\d|{_ZH_NUMBER})
    (?:(?:(?<!一)(?:(?<=\d)[ ])?|(?<=十一)|{_ONE_O_CLOCK})點(?![數心])|點(?=[鐘整半]|[以之過]?後)
      |(?<=\d\d)時(?![間段尚候]))(?:鐘|整)?
    (?P<zh_clock_minute>半|[一三]刻|[ ][0-5]\d[ ]?分(?!鐘)|(?:[0-5]\d|[二三四五]?十[一二三四五六七八九]?)分?)?)
"""
_EN_READ: Final = rf"""
  (?P<en_day>(?:(?P<en_day_week>this|next)[ ])?(?P<en_day_name>{"|".join(_EN_WEEKDAYS)}|weekend|weekday)s?)
| (?P<half>(?P<half_hour>1[0-2]|0?[1-9])(?::(?P<half_minute>[0-5]\d))?[ ]?(?P<half_half>[ap])(?:m|\.m\.?))
| (?P<digital>(?<![:/$.,-])(?P<digital_hour>2[0-4]|1\d|0?\d):(?P<digital_minute>[0-5]\d)(?!:\d))
| (?P<bare>(?:(?<=after[ ])|(?<=past[ ])|(?<=til[ ])|(?<=till[ ])|(?<=until[ ])|(?<=before[ ])|(?<=by[ ])
      |(?<=(?:day|row|ght|ing|oon|end|pen)[ ]at[ ]))
    (?P<bare_hour>1[0-2]|[1-9]){_NO_UNIT})
"""


def _either(name: str, words: tuple[tuple[str, tuple[Meaning, ...]], ...]) -> str:
    return "|".join(f"(?P<{name}{i}>{pattern.replace(' ', r'\ ')})" for i, (pattern, _) in enumerate(words))


_PATTERN: Final = re.compile(
    rf"{_ZH_READ}|{_either('zh', _ZH)}|(?<![a-z0-9])(?:{_EN_READ}|{_either('en', _EN)})(?![a-z0-9])", re.VERBOSE
)
