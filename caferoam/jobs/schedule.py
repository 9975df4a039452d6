"""Beat: at each turn of a schedule one row in the queue, however many beats run and whenever they die.

django-celery-beat keeps the schedule in Postgres. Its own way of firing is a message to Redis, after the turn was
marked as done: that can lose a turn, and two beats fire twice. Here beat writes the row itself, under an id made of the
entry's name and the turn, so writing it again changes nothing. An entry's ``task`` is the job type, its ``kwargs`` the
payload.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any, Final

from celery.schedules import crontab
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from caferoam.jobs import queue
from caferoam.jobs.slots import latest_slot

logger = logging.getLogger("caferoam.jobs.schedule")

CATCH_UP_EVERY_S: Final = 3600.0
CATCH_UP_WINDOW: Final = timedelta(hours=12)
"""A turn that was missed is made up for until so much later."""


class JobScheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """What ``celery beat`` runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._unwritten: list[tuple[ModelEntry, datetime]] = []
        self._catch_up_at = float("-inf")
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Make the default entries where they are missing. Existing ones are the operators'."""
        for job_type, line in settings.JOBS_SCHEDULE.items():
            if not PeriodicTask.objects.filter(name=job_type).exists():
                when, _ = ModelEntry.to_model_schedule(crontab.from_string(line))
                PeriodicTask.objects.get_or_create(name=job_type, defaults={"task": job_type, "crontab": when})

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Fire what is due, after what could not be written before and what was missed; seconds until the next time."""
        unwritten, self._unwritten = self._unwritten, []
        for entry, slot in unwritten:
            self._write(entry, slot)
        if time.monotonic() >= self._catch_up_at:
            self._catch_up_at = time.monotonic() + CATCH_UP_EVERY_S
            self.catch_up(timezone.now())
        seconds: float = super().tick(*args, **kwargs)
        return seconds

    def apply_async(self, entry: ModelEntry, *_: Any, **__: Any) -> None:
        """Queue the job of this entry's latest turn. Without the database it is kept for the next tick."""
        self._write(entry, latest_slot(entry.schedule, timezone.now()))

    def catch_up(self, now: datetime) -> None:
        """Queue turns of the last hours that no beat was there for: those after the entry was last touched."""
        try:
            missed = [
                (self.Entry(model, app=self.app), slot)
                for model in PeriodicTask.objects.filter(enabled=True, crontab__isnull=False)
                if now - (slot := latest_slot(model.schedule, now)) <= CATCH_UP_WINDOW and slot > model.date_changed
            ]
        except (DatabaseError, InterfaceError) as exc:
            connection.close()
            logger.warning("missed turns could not be looked for: %s", str(exc).strip())
            return
        for entry, slot in missed:
            self._write(entry, slot)

    def _write(self, entry: ModelEntry, slot: datetime) -> None:
        try:
            queued = queue.enqueue_slot(entry.task, entry.kwargs, name=entry.name, slot=slot)
        except (DatabaseError, InterfaceError) as exc:
            connection.close()
            self._unwritten.append((entry, slot))
            logger.warning("%s for %s could not be queued yet: %s", entry.name, slot.isoformat(), str(exc).strip())
            return
        logger.info("%s for %s %s", entry.name, slot.isoformat(), "queued" if queued else "was queued already")
