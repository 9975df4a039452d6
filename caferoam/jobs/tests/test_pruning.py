"""What goes when, and what never does."""

import time
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from pytest_django.fixtures import Settings

from caferoam.celery import app
from caferoam.jobs import enqueue, operations, pruning
from caferoam.jobs.models import Job, JobEvent, JobStart
from caferoam.jobs.run import JobRun
from caferoam.jobs.schedule import JobScheduler
from caferoam.jobs.slots import LONGEST_CATCH_UP
from caferoam.jobs.statements import count_of, rows_of
from caferoam.jobs.tasks import prune_jobs
from caferoam.jobs.tests.conftest import started
from caferoam.testing.jobs import drain

TAIPEI = ZoneInfo("Asia/Taipei")
pytestmark = pytest.mark.django_db


def ended(status: str, *, days_ago: float, created_days_ago: float | None = None) -> UUID:
    """A job that ended so long ago, with a start and an event."""
    at = Now() - timedelta(days=days_ago)
    job = Job.objects.create(
        job_type="live_quiet",
        status=status,
        completed_at=at,
        created_at=at if created_days_ago is None else Now() - timedelta(days=created_days_ago),
    )
    JobStart.objects.create(job_id=job.pk, attempt=1, started_at=at, worker="host:1")
    JobEvent.objects.create(job=job, kind="retried", attempt=1)
    return job.pk


def pruned() -> Counter[str]:
    gone: Counter[str] = Counter()
    for state, count in pruning.prune():
        gone[state] += count
    return +gone


@pytest.mark.parametrize(("status", "days"), [("completed", 14), ("failed", 30), ("dead_letter", 90)])
def test_jobs_go_so_many_days_after_they_ended_with_all_that_is_known_of_them(status: str, days: int) -> None:
    young, old = ended(status, days_ago=days - 0.01), ended(status, days_ago=days + 0.01)
    ended(status, days_ago=days - 0.01, created_days_ago=days + 10)
    assert +pruning.prunable() == {status: 1}
    assert pruned() == {status: 1}
    assert Job.objects.filter(pk=young).exists()
    for model in (Job, JobStart, JobEvent):
        assert model.objects.count() == 2
    assert not JobEvent.objects.filter(job_id=old).exists()


@pytest.mark.parametrize("status", ["pending", "claimed"])
def test_a_job_that_has_not_ended_stays_however_old(status: str) -> None:
    Job.objects.create(job_type="live_quiet", status=status, claimed_at=Now(), created_at=Now() - timedelta(days=1000))
    assert pruned() == {}
    assert Job.objects.count() == 1


@pytest.mark.slow
def test_it_goes_on_chunk_by_chunk_until_nothing_is_left() -> None:
    at = Now() - timedelta(days=15)
    Job.objects.bulk_create(
        Job(job_type="live_quiet", status="completed", completed_at=at, created_at=at)
        for _ in range(2 * pruning.CHUNK + 1)
    )
    assert [gone for state, gone in pruning.prune() if state == "completed"] == [pruning.CHUNK, pruning.CHUNK, 1]
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_being_requeued_stays(worker: psycopg.Connection) -> None:
    job = ended("failed", days_ago=31)
    with worker.transaction():
        worker.execute("UPDATE job_queue SET status = 'pending', completed_at = NULL WHERE id = %s", [job])
        assert pruned() == {}
    assert Job.objects.get(pk=job).status == "pending"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_was_requeued_after_it_was_counted_stays() -> None:
    job = ended("failed", days_ago=31)
    steps = pruning.prune()
    next(steps)  # the completed ones
    assert operations.requeue(Job.objects.filter(pk=job), by="me") == 1
    assert sum(gone for _, gone in steps) == 0
    assert Job.objects.get(pk=job).status == "pending"


def test_starts_of_jobs_that_were_deleted_otherwise_go_in_the_end() -> None:
    for days_ago in (89, 91):
        job = ended("completed", days_ago=days_ago)
        Job.objects.filter(pk=job).delete()
    kept = ended("pending", days_ago=100)
    assert pruning.forget_lost_starts() == 1
    assert JobStart.objects.filter(job_id=kept).exists()
    assert JobStart.objects.count() == 2


def test_the_job_prunes_tells_how_far_it_came_and_clears_sessions() -> None:
    for status in ("completed", "failed"):
        ended(status, days_ago=40)
    session = SessionStore()
    session["who"] = "me"
    session.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    job = enqueue("prune_jobs")
    assert drain(["prune_jobs"]) == Counter(completed=1)
    assert list(Job.objects.values_list("pk", flat=True)) == [job]
    assert (JobStart.objects.get().done, JobStart.objects.get().total) == (2, 2)
    assert not Session.objects.exists()


@pytest.fixture
def run(lanes: None) -> JobRun:
    """An attempt at pruning, with time to spare."""
    return JobRun(started("prune_jobs"), deadline=time.monotonic() + 60)


def test_pruning_stops_when_it_is_cancelled(run: JobRun) -> None:
    kept = ended("failed", days_ago=31)
    operations.cancel(Job.objects.filter(pk=run.id), by="me")
    prune_jobs(run)
    assert Job.objects.filter(pk=kept).exists()


def test_pruning_leaves_the_rest_to_the_next_turn_when_its_time_is_up(
    run: JobRun, caplog: pytest.LogCaptureFixture
) -> None:
    gone, kept = ended("completed", days_ago=15), ended("failed", days_ago=31)
    run.deadline = time.monotonic() + 5
    prune_jobs(run)
    assert list(Job.objects.filter(pk__in=[gone, kept]).values_list("pk", flat=True)) == [kept]
    assert "about 1 jobs are left" in caplog.text


def test_a_turn_whose_row_was_pruned_does_not_come_again(settings: Settings) -> None:
    settings.JOBS_SCHEDULE = {}
    monthly = CrontabSchedule.objects.create(minute="0", hour="9", day_of_month="1", timezone=TAIPEI)
    entry = PeriodicTask.objects.create(name="monthly", task="live_quiet", crontab=monthly)
    slot = datetime(2026, 11, 1, 9, tzinfo=TAIPEI)
    PeriodicTask.objects.filter(pk=entry.pk).update(date_changed=slot - timedelta(days=9))
    scheduler = JobScheduler(app=app, lazy=False)
    scheduler.queue_due(slot)
    # At the worst the job ended the moment it was due, and the entry has forgotten its turn.
    Job.objects.all().delete()
    PeriodicTask.objects.update(last_run_at=None)
    scheduler.queue_due(slot + min(pruning.kept_for().values()))
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", ["JOBS_KEEP_COMPLETED", "JOBS_KEEP_FAILED", "JOBS_KEEP_DEAD_LETTERS"])
def test_jobs_cannot_be_kept_for_less_than_a_turn_is_made_up_for(settings: Settings, name: str) -> None:
    setattr(settings, name, LONGEST_CATCH_UP)
    with pytest.raises(ImproperlyConfigured, match="turns of the schedule come twice"):
        pruned()


@pytest.mark.parametrize(
    ("status", "index"),
    [
        ("completed", "job_queue_prunable"),
        ("failed", "job_queue_troubled"),
        ("dead_letter", "job_queue_troubled"),
    ],
)
def test_what_is_old_is_found_through_the_index_of_its_state(status: str, index: str) -> None:
    Job.objects.bulk_create(
        Job(job_type="live_quiet", status=state, completed_at=timezone.now() - timedelta(days=days))
        for state in ("completed", "failed", "dead_letter", "pending")
        for days in range(500)
    )
    count_of("ANALYZE job_queue")
    count_of("SET LOCAL enable_seqscan = off")
    explained = rows_of("EXPLAIN " + pruning.PRUNE[status], {"keep": timedelta(days=490), "limit": 5})
    plan = "\n".join(line for (line,) in explained)
    assert index in plan
    assert "Seq Scan on job_queue" not in plan
