"""Which turn of a schedule it is."""

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count
from typing import Protocol, cast

from celery.schedules import BaseSchedule, crontab, schedule


class _Cron(Protocol):
    """What a crontab has and its type stubs leave out. Sunday is day 0 of the week."""

    tz: tzinfo
    month_of_year: Container[int]
    day_of_month: Container[int]
    day_of_week: Container[int]
    hour: Iterable[int]
    minute: Iterable[int]


class _Interval(Protocol):
    run_every: timedelta


def latest_slot(when: BaseSchedule, now: datetime) -> datetime:
    """The last moment, ``now`` included, for which this schedule asks. Whoever computes it gets the same one.

    For a crontab that is a minute of its own time zone, for an interval a multiple of it since 1970, else this minute.
    """
    if isinstance(when, crontab):
        return _latest_cron_slot(cast("_Cron", when), now)
    if isinstance(when, schedule):
        step_s = max(1.0, cast("_Interval", when).run_every.total_seconds())
        return datetime.fromtimestamp(now.timestamp() // step_s * step_s, UTC)
    return now.replace(second=0, microsecond=0)


def _latest_cron_slot(when: _Cron, now: datetime) -> datetime:
    local = now.astimezone(when.tz)
    days = (local.date() - timedelta(days=back) for back in count())  # Celery refuses crontabs that never come
    return next(
        slot
        for day in days
        if _falls_on(when, day)
        for hour in sorted(when.hour, reverse=True)
        for minute in sorted(when.minute, reverse=True)
        if (slot := datetime(day.year, day.month, day.day, hour, minute, tzinfo=when.tz)) <= local
    )


def _falls_on(when: _Cron, day: date) -> bool:
    return day.month in when.month_of_year and day.day in when.day_of_month and day.isoweekday() % 7 in when.day_of_week
