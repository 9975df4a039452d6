"""Two times of day as people write them, read as one interval, or as none where they may mean several."""

from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Final

from shops.hours.week import DAY_MINUTES, OpenInterval

_HALF_DAY: Final = 12 * 60
_SHORTEST: Final = 60
_LONGEST: Final = 21 * 60
"""A café that is open for longer, but not round the clock, is a typing error."""
_EARLIEST: Final = 4 * 60
_EARLIEST_OF_TWELVE: Final = 6 * 60
"""Where the hour has one digit: 5:00 may be meant for the afternoon."""
_AFTERNOON: Final = 13 * 60
"""Who writes 13:00 counts to 24."""
_LATEST: Final = 3 * 60
_LATEST_OF_AN_AFTERNOON: Final = 5 * 60
_EVENING: Final = 16 * 60
_LATEST_OF_A_NIGHT: Final = 8 * 60
"""When what opens in the evening has closed; anything else that seems to close so late was meant for p.m."""
_LAST_HOUR: Final = 30
"""26:00 is two in the morning."""


class Half(Enum):
    """Which part of the day a time is in, in the words beside it."""

    AM = "am"
    PM = "pm"
    NOON = "noon"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it is written. ``two_digits``: its hour was filled up, or is beyond 9, as in 24 hours.

    ``bare``: nothing but an hour.
    """

    hour: int
    minute: int = 0
    two_digits: bool = True
    bare: bool = False
    half: Half | None = None

    @property
    def is_possible(self) -> bool:
        """Whether there is such a time."""
        return self.minute < 60 and self.hour * 60 + self.minute <= _LAST_HOUR * 60

    def readings(self, *, beside_half: bool) -> list[int]:
        """Minutes after midnight that it may mean. ``beside_half``: the other time says its half of the day."""
        minutes = self.hour * 60 + self.minute
        if self.half is not None:
            return _in_half(self.hour, self.minute, self.half)
        zero_filled = self.two_digits and self.hour < 10
        if beside_half and 1 <= self.hour <= 12 and not zero_filled:
            morning = minutes % _HALF_DAY
            return [morning, morning + _HALF_DAY]
        return [minutes]


def interval_between(opens: Clock, closes: Clock) -> OpenInterval | None:
    """The one interval that both times can mean, or None."""
    if not (opens.is_possible and closes.is_possible):
        return None
    halves = opens.half is not None or closes.half is not None
    if not halves and opens.bare and closes.bare and not opens.hour < closes.hour >= 13:
        return None  # 10-6 is anybody's guess
    found = {
        interval
        for start, end in product(
            opens.readings(beside_half=closes.half is not None), closes.readings(beside_half=opens.half is not None)
        )
        if (interval := _plausible(start, end, twelve=not halves, opens=opens, closes=closes)) is not None
    }
    return found.pop() if len(found) == 1 else None


def _in_half(hour: int, minute: int, half: Half) -> list[int]:
    """The one time that it is, or none where the two contradict each other. 19:00 PM is superfluous, not wrong."""
    minutes = hour * 60 + minute
    if half is Half.AM:
        return [minutes % _HALF_DAY] if hour <= 12 else []
    if half is Half.PM:
        return [minutes % _HALF_DAY + _HALF_DAY if hour <= 12 else minutes]
    if half is Half.NOON:
        return [minutes if hour > 2 else minutes + _HALF_DAY] if 11 <= hour <= 14 or 1 <= hour <= 2 else []
    if hour == 12:
        return [minutes + _HALF_DAY]
    if hour < 5:
        return [minutes + DAY_MINUTES]
    return [minutes + _HALF_DAY if hour < 12 else minutes]


def _plausible(start: int, end: int, *, twelve: bool, opens: Clock, closes: Clock) -> OpenInterval | None:
    """The interval, if a café may have it. ``twelve``: the hours may be of twelve, for no word says otherwise."""
    if end in (0, DAY_MINUTES - 1):
        end = DAY_MINUTES
    if start == 0 and end == DAY_MINUTES:
        return OpenInterval(start, end)
    twelve = twelve and max(start, end) < _AFTERNOON
    earliest = _EARLIEST_OF_TWELVE if twelve and not opens.two_digits else _EARLIEST
    if not earliest <= start < DAY_MINUTES:
        return None
    if end <= start:
        latest = _latest(start, closes)
        afternoon_is_as_likely = twelve and not closes.two_digits and end + _HALF_DAY - start >= _SHORTEST
        if end > latest or afternoon_is_as_likely:
            return None
        end += DAY_MINUTES
    return OpenInterval(start, end) if _SHORTEST <= end - start <= _LONGEST else None


def _latest(start: int, closes: Clock) -> int:
    if start >= _EVENING:
        return _LATEST_OF_A_NIGHT
    return _LATEST_OF_AN_AFTERNOON if start >= _AFTERNOON and closes.two_digits else _LATEST
