"""The one form in which curators write hours, and are shown them: ``Mo-Fr 08:00-18:00; Sa 10:00-02:00``.

Unlike free text it is taken at its word: nothing in it is too unlikely, and what is wrong with it is said.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto
from itertools import groupby
from typing import Final

from caferoam.text.normalize import normalize
from shops.hours.telling import clock
from shops.hours.week import DAY_MINUTES, OpenInterval, OpenWeek, overlap

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS: Final = "24/7"

_DAY: Final = {
    **{name.lower(): day for day, name in enumerate(DAYS)},
    **{name: day for day, name in enumerate("一二三四五六日")},
}
_RULE: Final = re.compile(r"(?P<days>[^\d]+?) ?(?P<hours>\d.*|off|closed|休)")
_TO: Final = r" ?[-–—~至到] ?"
_DASH: Final = re.compile(_TO)
_HOURS: Final = re.compile(rf"(\d{{1,2}}):(\d\d){_TO}(\d{{1,2}}):(\d\d)", re.ASCII)
_LINES: Final = re.compile(r"[;；\r\n]+")


class Wrong(Enum):
    """What can be wrong with hours."""

    FORM = auto()
    TIME = auto()
    DAY_TWICE = auto()
    OVERLAP = auto()
    NEVER_OPEN = auto()


class HoursError(Exception):
    """These are no hours. ``piece`` is where it went wrong, as far as that can be told."""

    def __init__(self, wrong: Wrong, piece: str = "") -> None:
        super().__init__(f"{wrong.name}: {piece}")
        self.wrong = wrong
        self.piece = piece


def write_simple(week: OpenWeek) -> str:
    """The week in this form, which :func:`read_simple` reads as the same week."""
    if week.always_open:
        return ALWAYS
    days = list(enumerate(week.days()))
    rules = []
    for intervals, group in groupby(days, key=lambda day: day[1]):
        if intervals:
            named = [DAYS[day] for day, _ in group]
            hours = ",".join(
                f"{clock(opens)}-{clock(closes if closes <= DAY_MINUTES else closes - DAY_MINUTES)}"
                for opens, closes in intervals
            )
            rules.append(f"{named[0]}-{named[-1]} {hours}" if len(named) > 1 else f"{named[0]} {hours}")
    return "; ".join(rules)


def read_simple(text: str) -> OpenWeek:
    """The week that is meant. Days that are not named are closed.

    Raises:
        HoursError: there is none, or it is wrong.
    """
    told: dict[int, list[OpenInterval]] = {}
    for line in _LINES.split(text):
        rule = normalize(line)
        if rule == ALWAYS:
            rule = "mo-su 00:00-24:00"
        if rule:
            _add(rule, told)
    if not any(told.values()):
        raise HoursError(Wrong.NEVER_OPEN)
    if overlap(told.items()):
        raise HoursError(Wrong.OVERLAP)
    return OpenWeek.of_days(told.items())


def _add(rule: str, told: dict[int, list[OpenInterval]]) -> None:
    found = _RULE.fullmatch(rule)
    if found is None:
        raise HoursError(Wrong.FORM, rule)
    is_closed = not found["hours"][0].isdigit()
    intervals = [] if is_closed else [_interval(part.strip()) for part in re.split("[,、]", found["hours"])]
    for day in _days(found["days"]):
        if day in told:
            raise HoursError(Wrong.DAY_TWICE, DAYS[day])
        told[day] = intervals


def _days(text: str) -> Iterable[int]:
    for part in re.split("[,、]", text):
        ends = [_day(name) for name in _DASH.split(part.strip(" :"))]
        if len(ends) > 2:
            raise HoursError(Wrong.FORM, part.strip())
        yield from ((ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1))


def _day(name: str) -> int:
    bare = name.removeprefix("星期").removeprefix("週").removeprefix("周")
    if bare not in _DAY:
        raise HoursError(Wrong.FORM, name)
    return _DAY[bare]


def _interval(text: str) -> OpenInterval:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise HoursError(Wrong.FORM, text)
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
    opens, closes = opens_hour * 60 + opens_minute, closes_hour * 60 + closes_minute
    if max(opens_minute, closes_minute) > 59 or opens >= DAY_MINUTES or closes > DAY_MINUTES:
        raise HoursError(Wrong.TIME, text)
    return OpenInterval(opens, closes if closes > opens else closes + DAY_MINUTES)
