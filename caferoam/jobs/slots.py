"""Which turn of a schedule it is, which comes next, and how long a missed one is worth making up for."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Protocol, cast

from celery.schedules import BaseSchedule, crontab, schedule
from django_celery_beat.clockedschedule import clocked

LONGEST_CATCH_UP: Final = timedelta(days=3)
_SHORT_CATCH_UP: Final = timedelta(hours=12)
_A_DAY: Final = timedelta(hours=25)
"""The longest one: that on which clocks go back."""


class _Cron(Protocol):
    """What a crontab has and its type stubs leave out. Sunday is day 0 of the week."""

    tz: tzinfo
    month_of_year: Collection[int]
    day_of_month: Collection[int]
    day_of_week: Collection[int]
    hour: Collection[int]
    minute: Collection[int]


class _Interval(Protocol):
    run_every: timedelta


def latest_slot(when: BaseSchedule, now: datetime) -> datetime | None:
    """The last moment (in UTC), ``now`` included, for which this schedule asks. Whoever computes it gets the same one.

    For a crontab that is a minute on the clocks of its own time zone. Where they go forward over it, it is as much
    later; where they go back, so that it comes twice, the first counts, but for a crontab of every hour both do. For an
    interval it is a multiple of it since 1970, for a single moment that one, or None before it.

    Raises:
        ValueError: it is another kind of schedule.
    """
    if isinstance(when, crontab):
        return _latest_cron_slot(cast("_Cron", when), now)
    if isinstance(when, schedule):
        step_s = _step_s(when)
        return datetime.fromtimestamp(now.timestamp() // step_s * step_s, UTC)
    if isinstance(when, clocked):
        return when.clocked_time.astimezone(UTC) if when.clocked_time <= now else None
    raise ValueError(f"{type(when).__name__} is no kind of schedule that jobs can follow")


def seconds_until_next(when: BaseSchedule, now: datetime) -> float:
    """How long until a slot can come: sooner than it does come, but never later. Raises as ``latest_slot`` does."""
    if isinstance(when, crontab):
        return 60 - now.timestamp() % 60
    if isinstance(when, schedule):
        step_s = _step_s(when)
        return step_s - now.timestamp() % step_s
    slot = latest_slot(when, now)
    return float("inf") if slot is not None else (cast("clocked", when).clocked_time - now).total_seconds()


def catch_up_window(when: BaseSchedule, slot: datetime) -> timedelta:
    """How long after this slot it is still queued by a beat that was not there in time.

    Three days; but half a day where the slot before it is no more than a day away, because then the next is near too.
    """
    before = latest_slot(when, slot - timedelta(microseconds=1))
    return LONGEST_CATCH_UP if before is None or slot - before > _A_DAY else _SHORT_CATCH_UP


def _step_s(when: schedule) -> float:
    return max(1.0, cast("_Interval", when).run_every.total_seconds())


def _latest_cron_slot(when: _Cron, now: datetime) -> datetime:
    day = now.astimezone(when.tz).date()
    while True:  # Celery refuses crontabs that never come
        if _falls_on(when, day) and (past := [slot for slot in _slots_on(when, day) if slot <= now]):
            return max(past)
        day -= timedelta(days=1)


def _falls_on(when: _Cron, day: date) -> bool:
    return day.month in when.month_of_year and day.day in when.day_of_month and day.isoweekday() % 7 in when.day_of_week


def _slots_on(when: _Cron, day: date) -> Iterator[datetime]:
    """In UTC, because two times of one zone are compared without regard to the change of its clocks."""
    every_hour = len(when.hour) == 24
    for hour in when.hour:
        for minute in when.minute:
            local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=when.tz)
            first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
            yield first
            if every_hour and second > first:
                yield second
