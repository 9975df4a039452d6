"""The minutes of a week in which a café is open.

A week begins on Monday at 00:00 in Taipei, which knows no summer time: minute 0. It has 10,080 of them, and goes round:
what is open beyond midnight on Sunday is open early on Monday.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

TAIPEI: Final = ZoneInfo("Asia/Taipei")
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES

_RANGE: Final = re.compile(r"\[(\d+), ?(\d+)\)")


class OpenInterval(NamedTuple):
    """Hours of one day, in minutes after its midnight. ``closes`` is beyond 1440 where that is on the next day."""

    opens: int
    closes: int


def overlap(days: Iterable[tuple[int, Iterable[OpenInterval]]]) -> bool:
    """Whether some of these hours by weekday, 0 for Monday, meet; the night of one day and the next morning, too.

    There must be hours on some day.
    """
    spans = sorted(
        (day * DAY_MINUTES + opens, day * DAY_MINUTES + closes)
        for day, intervals in days
        for opens, closes in intervals
    )
    around = [*spans, (spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES)]
    return any(before[1] > after[0] for before, after in pairwise(around))


def minute_of_week(moment: datetime) -> int:
    """0 to 10,079. ``moment`` knows its zone."""
    local = moment.astimezone(TAIPEI)
    return local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute


@dataclass(frozen=True)
class OpenWeek:
    """Spans of minutes, from the first to one past the last: in order, apart, and at least one. See :meth:`of`."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Self:
        """The week of these spans, in any order, overlapping or not; one may reach into the next week.

        Raises:
            ValueError: there is none, or one is empty, begins outside the week, or is longer than it.
        """
        pieces: list[tuple[int, int]] = []
        for start, end in spans:
            if not 0 <= start < WEEK_MINUTES or not start < end <= start + WEEK_MINUTES:
                raise ValueError(f"{start} to {end} is no span of a week")
            pieces.append((start, min(end, WEEK_MINUTES)))
            if end > WEEK_MINUTES:
                pieces.append((0, end - WEEK_MINUTES))
        if not pieces:
            raise ValueError("A week that is never open is none.")
        joined: list[tuple[int, int]] = []
        for start, end in sorted(pieces):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return cls(tuple(joined))

    @classmethod
    def of_days(cls, days: Iterable[tuple[int, Iterable[OpenInterval]]]) -> Self:
        """The week of these hours by weekday, 0 for Monday.

        Raises:
            ValueError: as :meth:`of`.
        """
        return cls.of(
            (day * DAY_MINUTES + interval.opens, day * DAY_MINUTES + interval.closes)
            for day, intervals in days
            for interval in intervals
        )

    @property
    def literal(self) -> str:
        """As Postgres writes an ``int4multirange``."""
        return "{" + ",".join(f"[{start},{end})" for start, end in self.spans) + "}"

    @property
    def always_open(self) -> bool:
        """Round the clock, every day."""
        return self.spans == ((0, WEEK_MINUTES),)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.spans]

    def is_open_at(self, moment: datetime) -> bool:
        """Whether it is open in the minute of ``moment``, which knows its zone."""
        return self._is_open(minute_of_week(moment))

    def next_change_after(self, moment: datetime) -> datetime | None:
        """When it next closes or opens, in Taipei's time; None if it never does. ``moment`` knows its zone."""
        if self.always_open:
            return None
        minute = minute_of_week(moment)
        position = bisect_right(self._starts, minute) - 1
        if self._is_open(minute):
            change = self.spans[position][1]
            if change == WEEK_MINUTES and self.spans[0][0] == 0:  # Sunday's last hours go on
                change += self.spans[0][1]
        elif position + 1 < len(self.spans):
            change = self.spans[position + 1][0]
        else:
            change = WEEK_MINUTES + self.spans[0][0]
        return moment.astimezone(TAIPEI).replace(second=0, microsecond=0) + timedelta(minutes=change - minute)

    def days(self) -> list[list[OpenInterval]]:
        """The hours of each day, Monday first, as a person would write them.

        A night belongs to the day on which it begins. What lasts longer than a day is cut at each midnight.
        """
        days: list[list[OpenInterval]] = [[] for _ in range(7)]
        for start, end in self._round_spans():
            day, opens = divmod(start, DAY_MINUTES)
            length = end - start
            while length > DAY_MINUTES:
                days[day % 7].append(OpenInterval(opens, DAY_MINUTES))
                length -= DAY_MINUTES - opens
                day, opens = day + 1, 0
            days[day % 7].append(OpenInterval(opens, opens + length))
        return [sorted(intervals) for intervals in days]

    def _is_open(self, minute: int) -> bool:
        position = bisect_right(self._starts, minute) - 1
        return position >= 0 and minute < self.spans[position][1]

    def _round_spans(self) -> list[tuple[int, int]]:
        """The spans, with that of a Sunday night in one piece."""
        if self.always_open or self.spans[0][0] != 0 or self.spans[-1][1] != WEEK_MINUTES:
            return list(self.spans)
        first, *between, last = self.spans
        return [*between, (last[0], WEEK_MINUTES + first[1])]


@lru_cache(maxsize=4096)
def read_open_week(literal: str) -> OpenWeek:
    """The week of an ``int4multirange`` as Postgres writes it. Cafés share their hours, so weeks are kept.

    Raises:
        ValueError: it holds no range.
    """
    return OpenWeek.of((int(start), int(end)) for start, end in _RANGE.findall(literal))
