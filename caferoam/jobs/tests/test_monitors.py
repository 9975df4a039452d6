"""What Sentry's monitors are told of the schedule's turns, by a real worker."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask
from pytest_django.fixtures import Settings

from caferoam.celery import app
from caferoam.jobs import enqueue, operations
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.schedule import JobScheduler
from caferoam.testing.live import Live, Process, eventually
from caferoam.testing.sentry import Sentry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lanes")]


@pytest.fixture(autouse=True)
def only_our_entries(settings: Settings) -> None:
    settings.JOBS_SCHEDULE = {}


def entry(name: str, task: str = "live_note", **fields: object) -> PeriodicTask:
    """An entry that was written long ago."""
    made = PeriodicTask.objects.create(name=name, task=task, **fields)
    PeriodicTask.objects.filter(pk=made.pk).update(date_changed=datetime(2026, 1, 1, tzinfo=UTC))
    return made


def every_minute() -> CrontabSchedule:
    """In Taipei; always due."""
    return CrontabSchedule.objects.create(minute="*", hour="*", timezone="Asia/Taipei")


def let_beat_queue() -> None:
    JobScheduler(app=app, lazy=False).queue_due(timezone.now())


def told(sentry: Sentry, worker: Process, *, count: int) -> list[dict[str, Any]]:
    """All check-ins, when there are so many and the worker has ended, so that no more can come."""
    assert eventually(lambda: len(sentry.check_ins) >= count), worker.output()
    assert worker.terminate() == 0
    assert len(sentry.check_ins) == count
    assert sentry.events == []
    return sentry.check_ins


def test_a_turn_is_told_when_it_begins_and_when_it_is_done_and_what_it_follows(sentry: Sentry, live: Live) -> None:
    entry("Nightly note 夜", crontab=every_minute())
    entry("often", interval=IntervalSchedule.objects.create(every=5, period="minutes"))
    entry("at once", clocked=ClockedSchedule.objects.create(clocked_time=timezone.now()), one_off=True)
    entry("seconds", interval=IntervalSchedule.objects.create(every=30, period="seconds"))
    let_beat_queue()
    by_hand = enqueue("live_note", {})
    worker = live.worker(SENTRY_DSN=sentry.dsn, CAFEROAM_RELEASE="v1")
    live.relay()
    assert eventually(lambda: Job.objects.filter(status="completed").count() == 5), worker.output()
    assert Job.objects.filter(pk=by_hand).exists()
    check_ins = told(sentry, worker, count=4)
    by_slug: dict[str, list[dict[str, Any]]] = {}
    for check_in in check_ins:
        by_slug.setdefault(check_in["monitor_slug"], []).append(check_in)
    assert by_slug.keys() == {"nightly-note", "often"}
    for first, last in by_slug.values():
        assert (first["status"], last["status"]) == ("in_progress", "ok")
        assert first["check_in_id"] == last["check_in_id"]
        assert (first["environment"], first["release"]) == ("test", "v1")
        assert first["monitor_config"] == last["monitor_config"]
    assert by_slug["nightly-note"][0]["monitor_config"] == {
        "schedule": {"type": "crontab", "value": "* * * * *"},
        "timezone": "Asia/Taipei",
        "checkin_margin": 10,
        "max_runtime": 61,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }
    assert by_slug["often"][0]["monitor_config"]["schedule"] == {"type": "interval", "value": 5, "unit": "minute"}


def test_a_turn_that_has_failed_is_told_so_and_what_is_queued_again_is_told_anew(sentry: Sentry, live: Live) -> None:
    entry("fails", "live_fails", crontab=every_minute(), kwargs='{"how": "permanent"}')
    let_beat_queue()
    worker = live.worker(SENTRY_DSN=sentry.dsn)
    live.relay()
    job = Job.objects.get()
    assert eventually(lambda: len(sentry.check_ins) == 2), worker.output()
    operations.requeue(Job.objects.filter(pk=job.pk), by="operator")
    first, failed, again, failed_again = told(sentry, worker, count=4)
    assert [one["status"] for one in (first, failed, again, failed_again)] == ["in_progress", "error"] * 2
    assert first["check_in_id"] == failed["check_in_id"]
    assert again["check_in_id"] == failed_again["check_in_id"] != first["check_in_id"]


def test_a_turn_that_waits_for_a_provider_is_still_in_progress(sentry: Sentry, live: Live) -> None:
    entry("waits", "live_fails", crontab=every_minute(), kwargs='{"how": "unavailable"}')
    let_beat_queue()
    worker = live.worker(SENTRY_DSN=sentry.dsn)
    live.relay()

    def waits() -> bool:
        given_back = Job.objects.filter(job_type="live_fails", status="pending", attempts=1).exists()
        return given_back and Lane.objects.filter(job_type="live_fails", paused_until__isnull=False).exists()

    assert eventually(waits)
    Lane.objects.update(paused_until=None)
    Job.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    first, second = told(sentry, worker, count=2)
    assert [one["status"] for one in (first, second)] == ["in_progress"] * 2
    assert first["check_in_id"] == second["check_in_id"], "all attempts are one turn"


def test_without_monitors_only_crashes_are_reported(sentry: Sentry, live: Live) -> None:
    entry("Nightly note", crontab=every_minute())
    let_beat_queue()
    worker = live.worker(SENTRY_DSN=sentry.dsn, SENTRY_MONITORS="off")
    live.relay()
    assert eventually(lambda: Job.objects.filter(status="completed").exists()), worker.output()
    assert told(sentry, worker, count=0) == []
