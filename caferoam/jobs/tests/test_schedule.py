"""One row for every turn, whoever writes it and however often."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from pytest_django.fixtures import Settings

from caferoam.celery import app
from caferoam.jobs.models import Job
from caferoam.jobs.schedule import JobScheduler

TAIPEI = ZoneInfo("Asia/Taipei")
NEW_YORK = ZoneInfo("America/New_York")
# Beat's statements commit one by one, and some tests end its session.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lanes", "no_default_entries")]


@pytest.fixture
def no_default_entries(settings: Settings) -> None:
    settings.JOBS_SCHEDULE = {}


def beat() -> JobScheduler:
    """A beat that has just started and not ticked yet."""
    return JobScheduler(app=app, lazy=False)


def daily(name: str = "daily", *, hour: str = "3", zone: ZoneInfo = TAIPEI, **values: object) -> PeriodicTask:
    """An entry for a certain hour of every day."""
    when, _ = CrontabSchedule.objects.get_or_create(minute="0", hour=hour, timezone=zone)
    return entry(name, crontab=when, **values)


def entry(name: str = "often", **values: object) -> PeriodicTask:
    """An entry that was written long ago."""
    made = PeriodicTask.objects.create(name=name, **{"task": "live_quiet", **values})
    touched(made, datetime(2026, 1, 1, tzinfo=TAIPEI))
    return made


def touched(made: PeriodicTask, at: datetime) -> None:
    """Let an entry have been written at that time."""
    PeriodicTask.objects.filter(pk=made.pk).update(date_changed=at)
    made.refresh_from_db()


def at(day: int, hour: int, minute: int = 0, second: int = 0, *, month: int = 11, zone: ZoneInfo = TAIPEI) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=zone)


def test_a_due_entry_becomes_a_row_of_its_job_type() -> None:
    daily(kwargs='{"limit": 3}')
    beat().queue_due(at(23, 3))
    row = Job.objects.get()
    assert (row.job_type, row.payload["limit"], row.priority, row.max_attempts) == ("live_quiet", 3, 7, 4)


def test_a_tick_asks_the_database_for_the_time() -> None:
    when = CrontabSchedule.objects.create(timezone=TAIPEI)  # every minute
    made = entry(crontab=when)
    wait_s = beat().tick()
    made.refresh_from_db()
    assert timezone.now() - made.last_run_at < timedelta(minutes=1)
    assert (Job.objects.count(), made.total_run_count) == (1, 1)
    assert 0 < wait_s <= 5


def test_a_run_in_the_future_silences_no_entry() -> None:
    made = daily()
    PeriodicTask.objects.update(last_run_at=at(30, 3))  # as a clock that was ahead has left it
    beat().queue_due(at(23, 3))
    made.refresh_from_db()
    assert (Job.objects.count(), made.last_run_at) == (1, at(23, 3))


def test_two_beats_make_one_row_of_a_turn() -> None:
    made = daily()
    one, other = beat(), beat()
    for now in (at(23, 3), at(23, 3, 0, 1), at(24, 3)):
        one.queue_due(now)
        other.queue_due(now)
    made.refresh_from_db()
    assert (Job.objects.count(), made.total_run_count) == (2, 2)


def test_of_two_beats_that_read_the_same_turn_one_writes_it(worker: psycopg.Connection) -> None:
    daily()

    def let_another_beat_be_quicker(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE"):
            worker.execute("UPDATE django_celery_beat_periodictask SET last_run_at = now()")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(let_another_beat_be_quicker):
        beat().queue_due(at(23, 3))
    assert not Job.objects.exists()


def test_a_turn_is_not_queued_again_when_its_entry_has_forgotten_it() -> None:
    daily()
    beat().queue_due(at(23, 3))
    PeriodicTask.objects.update(last_run_at=None)  # as when an operator saves a page that was opened before the turn
    beat().queue_due(at(23, 4))
    assert Job.objects.count() == 1


def test_a_beat_that_is_killed_before_it_has_noted_the_turn_leaves_nothing_half_done(owner: psycopg.Connection) -> None:
    made = daily()
    session_of_beat = backend_pid()

    def kill_after_the_insert(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "INSERT INTO job_queue" in sql:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [session_of_beat])
        return result

    dying = beat()
    with connection.execute_wrapper(kill_after_the_insert), pytest.raises(OperationalError):
        dying.queue_due(at(23, 3))
    connection.close()
    made.refresh_from_db()
    assert (Job.objects.count(), made.last_run_at) == (0, None)
    beat().queue_due(at(23, 3, 1))
    made.refresh_from_db()
    assert (Job.objects.count(), made.last_run_at) == (1, at(23, 3, 1))


def test_a_turn_that_no_beat_was_there_for_is_made_up_once() -> None:
    daily()
    beat().queue_due(at(22, 3))
    restarted = beat()
    for hour in (14, 15):
        restarted.queue_due(at(23, hour))
    assert Job.objects.count() == 2


def test_a_weekly_turn_is_made_up_for_three_days() -> None:
    when = CrontabSchedule.objects.create(minute="0", hour="9", day_of_week="1", timezone=TAIPEI)
    entry("weekly", crontab=when)
    beat().queue_due(at(26, 9, 0, 1))  # the turn was Monday 23rd
    assert not Job.objects.exists()
    beat().queue_due(at(26, 9))
    assert Job.objects.count() == 1


def test_of_several_missed_turns_the_latest_is_made_up() -> None:
    when = CrontabSchedule.objects.create(minute="17", timezone=TAIPEI)
    entry("hourly", crontab=when)
    scheduler = beat()
    for now in (at(23, 3, 17), at(23, 8), at(23, 8, 17)):
        scheduler.queue_due(now)
    assert Job.objects.count() == 3


@pytest.mark.parametrize(
    ("changed", "now"),
    [(at(23, 4), at(23, 5)), (at(22, 3), at(23, 15, 1))],
    ids=["the entry is younger than its turn", "the turn is too long ago"],
)
def test_what_is_no_missed_turn_is_not_made_up(changed: datetime, now: datetime) -> None:
    touched(daily(), changed)
    beat().queue_due(now)
    assert not Job.objects.exists()


def test_a_disabled_entry_queues_nothing_until_its_next_turn_after_it_was_enabled() -> None:
    made = daily(enabled=False)
    scheduler = beat()
    scheduler.queue_due(at(23, 3))
    PeriodicTask.objects.filter(pk=made.pk).update(enabled=True, date_changed=at(23, 4))
    scheduler.queue_due(at(23, 5))
    assert not Job.objects.exists()
    scheduler.queue_due(at(24, 3))
    assert Job.objects.count() == 1


def test_an_edited_entry_counts_at_the_next_look() -> None:
    made = daily()
    scheduler = beat()
    assert scheduler.queue_due(at(23, 2)) <= 5
    sooner = CrontabSchedule.objects.create(minute="30", hour="2", timezone=TAIPEI)
    PeriodicTask.objects.filter(pk=made.pk).update(crontab=sooner, kwargs='{"limit": 1}', date_changed=at(23, 2, 1))
    scheduler.queue_due(at(23, 2, 30))
    scheduler.queue_due(at(23, 3))
    assert Job.objects.get().payload["limit"] == 1


def test_a_crontab_that_is_edited_itself_does_not_bring_its_past_turns() -> None:
    made = daily()
    scheduler = beat()
    scheduler.queue_due(at(23, 3))
    scheduler.queue_due(at(23, 4, 59))
    CrontabSchedule.objects.filter(pk=made.crontab_id).update(hour="4")
    scheduler.queue_due(at(23, 5))
    scheduler.queue_due(at(23, 5, 1))
    assert Job.objects.count() == 1
    scheduler.queue_due(at(24, 4))
    assert Job.objects.count() == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hour", "begin", "rows"),
    [
        ("2", at(8, 0, month=3, zone=NEW_YORK), 1),
        ("1", at(1, 0, month=11, zone=NEW_YORK), 1),
        ("*", at(8, 0, month=3, zone=NEW_YORK), 23),
        ("*", at(1, 0, month=11, zone=NEW_YORK), 25),
    ],
    ids=["an hour that is missing", "an hour that comes twice", "every hour of 23", "every hour of 25"],
)
def test_changing_clocks_neither_lose_nor_double_a_turn(hour: str, begin: datetime, rows: int) -> None:
    made = daily(hour=hour, zone=NEW_YORK)
    touched(made, begin - timedelta(minutes=1))
    one, other = beat(), beat()
    day_s = 3600 * (23 if begin.month == 3 else 25)
    for passed_s in range(0, day_s, 600):
        now = begin.astimezone(TAIPEI) + timedelta(seconds=passed_s)
        one.queue_due(now)
        other.queue_due(now)
    made.refresh_from_db()
    assert (Job.objects.count(), made.total_run_count) == (rows, rows)


def test_an_interval_turns_at_its_multiples() -> None:
    entry(interval=IntervalSchedule.objects.create(every=10, period="seconds"))
    scheduler = beat()
    assert scheduler.queue_due(at(23, 3, 0, 6)) == pytest.approx(4)
    for second in (7, 9, 10, 19):
        scheduler.queue_due(at(23, 3, 0, second))
    assert Job.objects.count() == 2


@pytest.mark.parametrize("written", [at(23, 3), at(23, 17)], ids=["before its moment", "after it"])
def test_a_single_moment_is_queued_once_and_its_entry_disabled(written: datetime) -> None:
    moment = ClockedSchedule.objects.create(clocked_time=at(23, 16, 30))
    made = entry(clocked=moment, one_off=True)
    touched(made, written)
    scheduler = beat()
    for hour in (16, 18, 19):
        scheduler.queue_due(at(23, hour))
    made.refresh_from_db()
    assert (Job.objects.count(), made.enabled) == (1, False)
    PeriodicTask.objects.update(enabled=True, last_run_at=None)
    scheduler.queue_due(at(23, 20))
    assert Job.objects.count() == 1


def test_an_entry_has_turns_from_its_start_to_its_end() -> None:
    daily(start_time=at(23, 3), expires=at(24, 3))
    scheduler = beat()
    for day in (22, 23, 24):
        scheduler.queue_due(at(day, 4))
    assert Job.objects.count() == 1


@pytest.fixture
def broken_entries(db: None) -> None:
    """Entries that cannot be followed, each in its way; their names come before all others."""
    daily("0 no JSON", kwargs="{")
    daily("0 what jsonb cannot hold", kwargs='{"limit": "\\u0000"}')
    sun = SolarSchedule.objects.create(event="sunrise", latitude=25, longitude=121)
    entry("0 follows the sun", solar=sun)
    bad = CrontabSchedule.objects.create(minute="0", hour="3", timezone=TAIPEI)
    entry("0 no crontab", crontab=bad)
    CrontabSchedule.objects.filter(pk=bad.pk).update(minute="soon")


@pytest.mark.usefixtures("broken_entries")
def test_entries_that_cannot_be_followed_are_told_of_once_and_stop_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    daily()
    scheduler = beat()
    for minute in range(3):
        scheduler.queue_due(at(23, 3, minute))
    assert Job.objects.count() == 1
    told = [record.getMessage() for record in caplog.records if "cannot be followed" in record.getMessage()]
    assert len(told) == 4


def test_a_turn_waits_for_the_database_to_come_back(owner: psycopg.Connection) -> None:
    entry(crontab=CrontabSchedule.objects.create(timezone=TAIPEI))
    scheduler = beat()
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [backend_pid()])
    assert 0 < scheduler.tick() <= 5
    assert not Job.objects.exists()
    scheduler.tick()
    assert Job.objects.count() == 1


def test_beat_leaves_a_database_that_only_reads_for_the_one_that_took_over(caplog: pytest.LogCaptureFixture) -> None:
    entry(crontab=CrontabSchedule.objects.create(timezone=TAIPEI))
    scheduler = beat()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")  # as on the old server when a standby was promoted
    assert 0 < scheduler.tick() <= 5
    assert "cannot be followed" not in caplog.text
    assert not Job.objects.exists()
    scheduler.tick()
    assert Job.objects.count() == 1


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)
