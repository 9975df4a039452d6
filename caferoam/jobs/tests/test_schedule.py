"""One row for every turn, whoever writes it and however often."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from pytest_django.fixtures import Settings

from caferoam.celery import app
from caferoam.jobs.models import Job
from caferoam.jobs.schedule import JobScheduler

TAIPEI = ZoneInfo("Asia/Taipei")
# Beat commits what others did before it looks at the schedule, so no transaction may be open around it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lanes")]


def beat() -> JobScheduler:
    """A beat that has just started and not fired yet."""
    scheduler = JobScheduler(app=app, lazy=False)
    scheduler._finalize.cancel()  # at the end of the process it would write to a database that is gone
    return scheduler


def every_minute(name: str = "often", **values: object) -> PeriodicTask:
    """An entry whose turn always is this very minute, written yesterday."""
    when, _ = CrontabSchedule.objects.get_or_create(minute="*", hour="*", timezone=TAIPEI)
    entry = PeriodicTask.objects.create(name=name, task="live_quiet", crontab=when, **values)
    touched(entry, timezone.now() - timedelta(days=1))
    return entry


def touched(entry: PeriodicTask, at: datetime) -> None:
    """Let an entry have been written or fired at that time."""
    PeriodicTask.objects.filter(pk=entry.pk).update(date_changed=at, last_run_at=at)


def test_the_default_entries_are_made_once_and_never_overwritten(settings: Settings) -> None:
    settings.JOBS_SCHEDULE = {"staleness_sweep": "0 3 * * *"}
    beat()
    entry = PeriodicTask.objects.get(name="staleness_sweep")
    assert (entry.task, str(entry.crontab.hour), str(entry.crontab.timezone)) == ("staleness_sweep", "3", "Asia/Taipei")
    later = CrontabSchedule.objects.create(minute="0", hour="4", timezone=TAIPEI)
    PeriodicTask.objects.filter(pk=entry.pk).update(crontab=later, enabled=False)
    beat()
    entry = PeriodicTask.objects.get(name="staleness_sweep")
    assert (entry.crontab, entry.enabled) == (later, False)


def test_a_due_entry_becomes_a_row_of_its_job_type() -> None:
    every_minute(kwargs='{"limit": 3}')
    beat().tick()
    row = Job.objects.get()
    assert (row.job_type, row.payload, row.priority, row.max_attempts) == ("live_quiet", {"limit": 3}, 7, 4)


def test_two_beats_make_one_row_of_a_turn() -> None:
    every_minute()
    one, other = beat(), beat()
    entries = [scheduler.schedule["often"] for scheduler in (one, other)]
    at = timezone.now()
    for scheduler, entry in zip((one, other), entries, strict=True):
        scheduler._write(entry, at.replace(second=0, microsecond=0))
    assert Job.objects.count() == 1


def test_a_turn_that_no_beat_was_there_for_is_made_up_once() -> None:
    daily = CrontabSchedule.objects.create(minute="0", hour="3", timezone=TAIPEI)
    entry = PeriodicTask.objects.create(name="daily", task="live_quiet", crontab=daily)
    touched(entry, datetime(2026, 11, 22, 3, 0, 5, tzinfo=TAIPEI))
    scheduler = beat()
    for hour in (5, 6):
        scheduler.catch_up(datetime(2026, 11, 23, hour, tzinfo=TAIPEI))
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "now"),
    [
        (datetime(2026, 11, 23, 4, tzinfo=TAIPEI), datetime(2026, 11, 23, 5, tzinfo=TAIPEI)),
        (datetime(2026, 11, 22, 3, tzinfo=TAIPEI), datetime(2026, 11, 23, 15, 1, tzinfo=TAIPEI)),
    ],
    ids=["the entry is younger than its turn", "the turn is too long ago"],
)
def test_what_is_no_missed_turn_is_not_made_up(changed: datetime, now: datetime) -> None:
    daily = CrontabSchedule.objects.create(minute="0", hour="3", timezone=TAIPEI)
    touched(PeriodicTask.objects.create(name="daily", task="live_quiet", crontab=daily), changed)
    beat().catch_up(now)
    assert not Job.objects.exists()


def test_a_turn_waits_for_the_database_to_come_back(owner: psycopg.Connection) -> None:
    every_minute()
    scheduler = beat()
    entry = scheduler.schedule["often"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    scheduler.apply_async(entry)
    assert not Job.objects.exists()
    scheduler._catch_up_at = float("inf")
    PeriodicTask.objects.update(enabled=False)
    scheduler.tick()
    assert Job.objects.count() == 1


def test_looking_for_missed_turns_survives_the_loss_of_the_database(owner: psycopg.Connection) -> None:
    every_minute()
    scheduler = beat()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    scheduler.catch_up(timezone.now())
    assert not Job.objects.exists()
    scheduler.catch_up(timezone.now())
    assert Job.objects.count() == 1
