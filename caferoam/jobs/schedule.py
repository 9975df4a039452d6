"""Beat: at each turn of a schedule one row in the queue, however many beats run and whenever they die.

django-celery-beat keeps the schedule in Postgres. Its own way of firing is a message to Redis, after the turn was
marked as done: that can lose a turn, and two beats fire twice. It also finds turns by counting on from the last run,
which goes wrong after an outage and when clocks change. Here beat asks of each entry which turn was its latest
(``slots``), and writes the row itself, under an id made of the entry's name and the turn, in one transaction with
``last_run_at``. So writing it again changes nothing, and a turn that nobody was there for is found by whoever comes
next, for as long as ``slots.catch_up_window`` says. Of several missed turns only the latest is made up for: it does the
work of all. Redis is not needed.

An entry's ``task`` is the job type, its ``kwargs`` the payload. What only concerns messages (queue, priority, headers,
expiry in seconds) is ignored.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from celery.schedules import BaseSchedule
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from caferoam.jobs import queue
from caferoam.jobs.backoff import Backoff
from caferoam.jobs.default_entries import create_default_entries
from caferoam.jobs.registry import registry
from caferoam.jobs.slots import catch_up_window, latest_slot, seconds_until_next
from caferoam.jobs.statements import SESSION_ERRORS, rows_of
from caferoam.pulse import Pulse
from caferoam.tracing import Origin, working_for

logger = logging.getLogger("caferoam.jobs.schedule")


class Followed(NamedTuple):
    """What an entry's schedule was when it was last looked at, and how long it can have been that."""

    when: BaseSchedule
    since: datetime | None
    seen_at: datetime


class JobScheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """What ``celery beat`` runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._prepared = False
        self._pulse = Pulse(settings.REDIS_URL, "beat")
        self._trouble = Backoff(most_s=5.0)
        self._followed: dict[int, Followed] = {}
        self._unreadable: dict[int, datetime] = {}
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Nothing yet: the first tick creates the default entries, so that beat can start before Postgres."""

    def sync(self) -> None:
        """Nothing: whatever a turn changes is committed together with its row."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Queue what is due; returns the seconds until the next time. Survives the loss of the database."""
        try:
            if not self._prepared:
                create_default_entries(settings.JOBS_SCHEDULE, registry.keys())  # beat has imported all tasks
                self._prepared = True
            ((now,),) = rows_of("SELECT clock_timestamp()")  # beats on hosts whose clocks differ agree on the turn
            wait_s = self.queue_due(now)
        except SESSION_ERRORS as exc:
            connection.close()
            wait_s = self._trouble.failed()
            logger.warning("the database cannot be worked with; next try in %.0f s: %s", wait_s, str(exc).strip())
            return wait_s
        if self._trouble.succeeded():
            logger.info("the database is back")
        self._pulse.beat()
        return wait_s

    def queue_due(self, now: datetime) -> float:
        """Queue the latest turn of every entry for which that has not been done; seconds until the next look."""
        entries = PeriodicTask.objects.filter(enabled=True)
        waits_s: list[float] = [self.max_interval]  # so soon what an operator edits counts
        for entry in entries.select_related("crontab", "interval", "clocked", "solar").order_by("name"):
            try:
                waits_s.append(self._follow(entry, now))
            except SESSION_ERRORS:
                raise
            except Exception:  # whatever is wrong with one entry must not stop the others
                if self._unreadable.get(entry.pk) != entry.date_changed:
                    self._unreadable[entry.pk] = entry.date_changed
                    logger.exception("the schedule's entry %s cannot be followed until it is mended", entry.name)
        return min(waits_s)

    def _follow(self, entry: PeriodicTask, now: datetime) -> float:
        when = entry.schedule
        slot = latest_slot(when, now)
        if slot is not None and self._is_due(entry, when, slot, now):
            _queue(entry, slot, now)
        return seconds_until_next(when, now)

    def _is_due(self, entry: PeriodicTask, when: BaseSchedule, slot: datetime, now: datetime) -> bool:
        """Whether a turn is to be queued. A turn from before the entry was last written is none that was missed.

        A single moment is: who asks for one that has just gone by means at once.
        """
        # A run in the future is what a clock that was ahead left behind; the turn's id keeps that from coming twice.
        last_run_at = entry.last_run_at if entry.last_run_at is None or entry.last_run_at <= now else None
        since = [last_run_at, self._followed_since(entry, when, now)]
        if entry.clocked is None:
            since.append(entry.date_changed)
        return (
            all(slot > moment for moment in since if moment is not None)
            and (entry.start_time is None or slot >= entry.start_time)
            and (entry.expires is None or slot < entry.expires)
            and now - slot <= catch_up_window(when, slot)
        )

    def _followed_since(self, entry: PeriodicTask, when: BaseSchedule, now: datetime) -> datetime | None:
        """The last look at which the entry still followed another schedule; None if this beat has seen no change.

        Entries share their crontabs, and editing one of those touches no entry.
        """
        before = self._followed.get(entry.pk)
        since = None if before is None else before.since if before.when == when else before.seen_at
        self._followed[entry.pk] = Followed(when, since, now)
        return since


def _queue(entry: PeriodicTask, slot: datetime, now: datetime) -> None:
    """Write down the turn and its row together, unless another beat or an operator has changed the entry meanwhile."""
    payload: Mapping[str, object] = json.loads(entry.kwargs or "{}")
    as_read = PeriodicTask.objects.filter(
        pk=entry.pk, enabled=True, date_changed=entry.date_changed, last_run_at=entry.last_run_at
    )
    with working_for(Origin.of_request(None)), transaction.atomic():
        if not as_read.update(last_run_at=now, total_run_count=F("total_run_count") + 1, enabled=not entry.one_off):
            return
        queued = queue.enqueue_slot(entry.task, payload, name=entry.name, slot=slot)
    logger.info("%s for %s %s", entry.name, slot.isoformat(), "queued" if queued else "was queued already")
