"""Check-ins with Sentry's monitors, one for each entry of the schedule: it tells whose turn was missed, or failed.

Beat only queues a turn; what matters is that its job is done. So it is the worker that checks in: ``in_progress`` when
the job begins, ``ok`` when it is completed, ``error`` when it has failed for good. A job that is to be tried again is
still in progress, and Sentry calls it late when it has been so for too long, as it does when a worker was lost. Of jobs
that somebody queued by hand nothing is told. An entry that follows a single moment, or the sun, has no monitor.

The entry and its turn are known by the job's id, which is made of both.
"""

import logging
import math
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from celery.schedules import BaseSchedule
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from caferoam.jobs.queue import slot_id
from caferoam.jobs.registry import JobType
from caferoam.jobs.run import JobRun
from caferoam.jobs.slots import latest_slot
from caferoam.jobs.statements import rows_of

if TYPE_CHECKING:
    from django_celery_beat.models import PeriodicTask
    from sentry_sdk.types import MonitorConfig

    from caferoam.crash_reports import Status

logger = logging.getLogger("caferoam.jobs.monitors")

MARGIN: Final = timedelta(minutes=10)
"""So late a turn may begin: workers may be busy with others."""
PATIENCE: Final = timedelta(hours=1)
"""So much longer than its time limit a turn may take, with attempts that fail and providers that are busy."""
READ_AGAIN_AFTER_S: Final = 60.0
_ENDS: "Final[Mapping[str, Status]]" = {"completed": "ok", "failed": "error", "dead_letter": "error"}
_STARTED: Final = """
SELECT created_at, (SELECT count(*) FROM job_events WHERE job_id = job.id AND kind = 'requeued')
FROM job_queue AS job WHERE id = %s
"""


@dataclass(frozen=True)
class Entry:
    """An entry of the schedule that has a monitor."""

    name: str
    slug: str
    when: BaseSchedule
    config: "MonitorConfig"


@dataclass(frozen=True)
class Turn:
    """A turn that has been checked in."""

    entry: Entry
    check_in_id: str


def begin(job_type: JobType, runs: Sequence[JobRun]) -> Turn | None:
    """Check in, if this is a turn of the schedule and monitors are on. Whatever goes wrong is not the job's trouble."""
    if not settings.SENTRY_DSN or not settings.SENTRY_MONITORS or len(runs) != 1:
        return None
    try:
        turn = _turn(job_type, runs[0].id)
    except (DatabaseError, InterfaceError) as exc:
        logger.info("%s is not told to its monitor: %s", job_type.name, type(exc).__name__)
        return None
    if turn is not None:
        _tell(turn, "in_progress")
    return turn


def end(turn: Turn | None, states: Collection[str]) -> None:
    """Check in again, with the state that the job has reached if it is one in which jobs end."""
    if turn is not None:
        for state in states:
            if state in _ENDS:
                _tell(turn, _ENDS[state])


def _turn(job_type: JobType, job_id: UUID) -> Turn | None:
    entries = _schedule.entries_of(job_type)
    if not entries:
        return None
    ((created_at, requeued),) = rows_of(_STARTED, [job_id])
    entry = next((entry for entry in entries if _made(entry, created_at) == job_id), None)
    # All attempts are one check-in. What an operator queues again is another: one that has ended cannot be changed.
    return None if entry is None else Turn(entry, uuid5(job_id, str(requeued)).hex)


def _made(entry: Entry, created_at: datetime) -> UUID | None:
    slot = latest_slot(entry.when, created_at)
    return None if slot is None else slot_id(entry.name, slot)


def _tell(turn: Turn, status: "Status") -> None:
    from caferoam import crash_reports  # noqa: PLC0415 - it brings the SDK, which is there if it is on

    crash_reports.check_in(turn.entry.slug, turn.check_in_id, status, turn.entry.config)


class _Schedule:
    """The schedule as it was a minute ago at most: jobs that are none of its turns cost no statement."""

    def __init__(self) -> None:
        self._entries: Mapping[str, list[PeriodicTask]] = {}
        self._read_at = float("-inf")

    def entries_of(self, job_type: JobType) -> list[Entry]:
        if time.monotonic() >= self._read_at + READ_AGAIN_AFTER_S:
            self.read()
        return [entry for row in self._entries.get(job_type.name, ()) if (entry := _entry(row, job_type))]

    def read(self) -> None:
        from django_celery_beat.models import PeriodicTask  # noqa: PLC0415 - tasks are known before models are

        found: dict[str, list[PeriodicTask]] = {}
        for row in PeriodicTask.objects.select_related("crontab", "interval").order_by("name"):
            found.setdefault(row.task, []).append(row)
        self._entries, self._read_at = found, time.monotonic()


_schedule: Final = _Schedule()


def _entry(row: "PeriodicTask", job_type: JobType) -> Entry | None:
    config: MonitorConfig = {
        "checkin_margin": _minutes(MARGIN),
        "max_runtime": _minutes(job_type.time_limit + PATIENCE),
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }
    if row.crontab is not None:
        cron = row.crontab
        line = f"{cron.minute} {cron.hour} {cron.day_of_month} {cron.month_of_year} {cron.day_of_week}"
        config |= {"schedule": {"type": "crontab", "value": line}, "timezone": str(cron.timezone)}
    elif row.interval is not None and row.interval.period in {"days", "hours", "minutes"}:
        unit = row.interval.period.removesuffix("s")
        config |= {"schedule": {"type": "interval", "value": row.interval.every, "unit": unit}}
    else:
        return None
    slug = re.sub(r"[^a-z0-9_-]+", "-", row.name.lower()).strip("-")[:50] or f"entry-{row.pk}"
    return Entry(row.name, slug, row.schedule, config)


def _minutes(time: timedelta) -> int:
    return math.ceil(time / timedelta(minutes=1))
