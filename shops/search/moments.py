"""Which moment is meant by a day, a part of the day, or a time on the clock.

A part of the day is a window, and the moment is where most people would say that it is: 早上 is 9:00, or now, while it
lasts. All of this is the calendar of Taipei, in minutes after a day's midnight; 1500 is one o'clock in the night that
follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

from shops.hours.week import DAY_MINUTES, TAIPEI

WEEKDAYS: Final = (0, 1, 2, 3, 4)
WEEKEND: Final = (5, 6)


@dataclass(frozen=True, slots=True)
class Day:
    """So many days from today, or one of these weekdays (0 is Monday): the coming one, this week's or next week's."""

    offset: int = 0
    weekdays: tuple[int, ...] = ()
    week: Literal["coming", "this", "next"] = "coming"

    def offsets(self, today: int) -> list[int]:
        """The days that can be meant, as days from today, the likeliest first."""
        if not self.weekdays:
            return [self.offset]
        if self.week == "next":
            return [weekday - today + 7 for weekday in self.weekdays]
        if self.week == "this":
            return [weekday - today for weekday in self.weekdays if weekday >= today] or [self.weekdays[-1] - today]
        return [ahead for ahead in range(8) if (today + ahead) % 7 in self.weekdays]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day. ``at`` stands for all of it until it has begun; it is over at ``until``."""

    at: int
    until: int

    @property
    def is_night(self) -> bool:
        """Whether its small hours belong to the day after."""
        return self.at >= 20 * 60

    def earlier(self, minutes: int) -> "Window":
        """The same, so much earlier."""
        return Window(self.at - minutes, self.until - minutes)

    def all_night(self) -> "Window":
        """The rest of the night with it, if it begins in the evening."""
        return Window(self.at, LATE.until) if DUSK.at <= self.at < LATE.until else self


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said. ``half`` is which half of the day, where that was said."""

    hour: int
    minute: int = 0
    half: Literal["am", "pm", ""] = ""
    exact: bool = False
    """Said in 24 hours: 09:00, 22:00."""


ALL_DAY: Final = Window(0, DAY_MINUTES)
ANY_TIME: Final = Window(14 * 60, DAY_MINUTES)
"""Of a day that is named alone: when nearly every café is open that opens on it."""
SMALL_HOURS: Final = Window(30, 5 * 60)
EARLY: Final = Window(8 * 60, 10 * 60)
MORNING: Final = Window(9 * 60, 12 * 60)
NOON: Final = Window(12 * 60, 14 * 60)
AFTERNOON: Final = Window(15 * 60, 18 * 60)
DUSK: Final = Window(18 * 60, 19 * 60 + 30)
EVENING: Final = Window(20 * 60, DAY_MINUTES)
LATE: Final = Window(22 * 60, DAY_MINUTES + 4 * 60)
DEEP_NIGHT: Final = Window(23 * 60, DAY_MINUTES + 4 * 60)
MIDNIGHT: Final = Window(DAY_MINUTES, DAY_MINUTES + 4 * 60)


def windows_of(clock: Clock, part: Window | None, *, late: bool = False, early: bool = False) -> list[Window]:
    """The minutes that a time on the clock can mean within this part of the day, if one was said.

    ``late``: the text asks how long a café stays open, so 十點 is in the evening. ``early``: it asks when it begins.
    """
    return [Window(minute, minute) for minute in _minutes(clock, part, late=late, early=early)]


def _minutes(clock: Clock, part: Window | None, *, late: bool, early: bool) -> list[int]:
    hour, minute = clock.hour, clock.minute
    if clock.half:
        hour = hour % 12 + (12 if clock.half == "pm" else 0)
    elif clock.exact or hour == 0 or hour > 12:
        pass
    elif part is None:
        if hour == 12:
            hour = 24 if late else 12
        elif early and hour >= 5:
            pass
        elif hour <= 6 or late:
            hour += 12
        else:  # 九點: whichever of the two comes first
            return [hour * 60 + minute, (hour + 12) * 60 + minute]
    elif part.is_night:
        hour = 24 if hour == 12 else hour + 12 if hour > 5 else hour
    elif part is SMALL_HOURS:
        hour %= 12
    elif part.at >= NOON.at and hour < 10:
        hour += 12
    small = part is not None and part.is_night and hour < 5
    return [hour * 60 + minute + (DAY_MINUTES if small else 0)]


def moment(day: Day | None, windows: Sequence[Window], now: datetime) -> datetime:
    """The first moment that is not over yet; where a day was said and all of it is over, its last."""
    local = now.astimezone(TAIPEI).replace(second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    # Without a day, the night that began yesterday may still go on.
    offsets = [-1, 0, 1] if day is None else day.offsets(local.weekday())
    if day == Day() and SMALL_HOURS in windows:
        offsets = [0, 1]  # 今天凌晨, said in the evening, is the coming one
    spans = sorted(
        (begin + window.at, begin + max(window.at, window.until - 1))
        for begin in (ahead * DAY_MINUTES for ahead in offsets)
        for window in windows
    )
    first, last = next((span for span in spans if minute <= span[1]), spans[-1])
    if first < minute <= last:
        return local
    return datetime.combine(local.date(), time(), TAIPEI) + timedelta(minutes=first)
