"""Hours as the API tells them: plain data."""

from datetime import datetime
from typing import TypedDict

from shops.hours.week import DAY_MINUTES, OpenWeek


class Opening(TypedDict):
    """Whether a café is open, and until when that holds, in Taipei's time. Both None: its hours are unknown."""

    is_open_now: bool | None
    next_change_at: str | None


class IntervalHours(TypedDict):
    """As in 08:00 to 18:00. ``closes`` is at most 24:00, or on the next day if it is not after ``opens``."""

    opens: str
    closes: str


class DayHours(TypedDict):
    """``day`` is 1 for Monday to 7. Without intervals it is closed."""

    day: int
    intervals: list[IntervalHours]


class WeekHours(TypedDict):
    """All seven days."""

    always_open: bool
    week: list[DayHours]


def opening(week: OpenWeek | None, now: datetime) -> Opening:
    """How a café stands at ``now``. What is always open never changes."""
    if week is None:
        return Opening(is_open_now=None, next_change_at=None)
    change = week.next_change_after(now)
    return Opening(is_open_now=week.is_open_at(now), next_change_at=change.isoformat() if change else None)


def week_hours(week: OpenWeek) -> WeekHours:
    """The hours of each day, Monday first."""
    return WeekHours(
        always_open=week.always_open,
        week=[
            DayHours(
                day=number,
                intervals=[
                    IntervalHours(opens=clock(interval.opens), closes=_closing(interval.closes)) for interval in day
                ],
            )
            for number, day in enumerate(week.days(), start=1)
        ],
    )


def clock(minutes: int) -> str:
    """Minutes after midnight as in 08:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _closing(minutes: int) -> str:
    return clock(minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES)
