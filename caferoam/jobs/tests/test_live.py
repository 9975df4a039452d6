"""The queue's promises, with a real relay and a real worker."""

from uuid import UUID, uuid4

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import transaction

from caferoam.jobs import enqueue, operations
from caferoam.jobs.models import Job, JobEvent, JobStart
from caferoam.jobs.tests.conftest import entries, state
from caferoam.jobs.tests.live.settings import JOBS_LEASE
from caferoam.pulse import read_pulses
from caferoam.testing.live import Live, eventually

pytestmark = pytest.mark.slow


def ended(*job_ids: UUID) -> bool:
    return not Job.objects.filter(pk__in=job_ids, status__in=["pending", "claimed"]).exists()


def test_every_committed_job_does_its_work_once(live: Live) -> None:
    live.worker()
    live.relay()
    jobs = [enqueue("live_note") for _ in range(50)]
    assert eventually(lambda: ended(*jobs))
    assert sorted(entries()) == sorted((job, 1) for job in jobs)


def test_a_worker_s_loop_shows_again_and_again_that_it_goes_round(live: Live) -> None:
    live.worker()
    for _ in range(2):
        assert eventually(lambda: read_pulses(settings.REDIS_URL)["worker"])
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.delete("caferoam:pulse:worker")


def test_a_job_longer_than_the_lease_runs_once_because_its_lease_is_renewed(live: Live) -> None:
    live.worker()
    live.relay()
    job = enqueue("live_note", {"seconds": "10"})
    assert eventually(lambda: ended(job))
    assert entries() == [(job, 1)]


def test_jobs_of_a_killed_worker_run_again_when_their_lease_has_run_out(live: Live) -> None:
    worker = live.worker()
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "8"})
    assert eventually(lambda: state(job).attempts == 1)
    worker.kill()
    live.worker()
    assert eventually(lambda: ended(job)), relay.output()
    assert entries() == [(job, 2)]


def test_a_job_that_kills_its_process_each_time_ends_as_a_dead_letter_while_others_flow(live: Live) -> None:
    worker = live.worker()
    live.relay()
    killer, *others = enqueue("live_killed", max_attempts=2), *(enqueue("live_note") for _ in range(20))
    assert eventually(lambda: state(killer).status == "pending" and state(killer).attempts == 1), worker.output()
    (event,) = JobEvent.objects.filter(job=killer)
    assert (event.kind, event.attempt, "WorkerLostError" in event.detail) == ("retried", 1, True)
    assert event.started_at
    assert event.at - event.started_at < JOBS_LEASE
    operations.run_now(Job.objects.filter(pk=killer), by="test")
    assert eventually(lambda: ended(killer, *others)), worker.output()
    assert (state(killer).status, state(killer).attempts) == ("dead_letter", 2)
    assert JobEvent.objects.filter(job=killer, kind="dead_letter", attempt=2).exists()
    assert sorted(entries()) == sorted((job, 1) for job in others)


def test_a_batch_whose_process_is_killed_is_put_back_whole_and_at_once(live: Live) -> None:
    worker = live.worker()
    relay = live.relay()
    with transaction.atomic():
        jobs = [enqueue("live_batch", {"how": how}) for how in ("well", "kill", "well")]
    assert eventually(lambda: JobEvent.objects.count() == 3), worker.output()
    relay.kill()
    events = JobEvent.objects.filter(job__in=jobs)
    assert {(event.kind, event.attempt, "WorkerLostError" in event.detail) for event in events} == {
        ("retried", 1, True)
    }
    assert {(state(job).status, state(job).attempts) for job in jobs} == {("pending", 1)}
    assert entries() == []


def test_a_job_that_outlives_its_hard_time_limit_is_put_back(live: Live) -> None:
    worker = live.worker()
    live.relay()
    job = enqueue("live_deaf")
    assert eventually(lambda: state(job).last_error), worker.output()
    event = JobEvent.objects.get(job=job)
    assert (state(job).status, event.kind, "TimeLimitExceeded" in event.detail) == ("pending", "retried", True)


def test_what_a_worker_writes_that_was_frozen_past_its_lease_is_rolled_back(live: Live) -> None:
    frozen = live.worker()
    live.relay()
    job = enqueue("live_note", {"seconds": "8"})
    assert eventually(lambda: state(job).attempts == 1)
    frozen.freeze()
    live.worker()
    assert eventually(lambda: ended(job))
    frozen.thaw()
    assert eventually(lambda: "LeaseLost" in frozen.output() or "1 lost" in frozen.output()), frozen.output()
    assert (state(job).status, entries()) == ("completed", [(job, 2)])


def test_a_cancelled_job_that_does_not_ask_is_interrupted(live: Live) -> None:
    worker = live.worker()
    live.relay()
    jobs = [enqueue("live_note", {"seconds": "25"}) for _ in range(2)]
    assert eventually(lambda: JobStart.objects.count() == 2)
    assert operations.cancel(Job.objects.filter(pk__in=jobs), by="test") == 2
    following = enqueue("live_note")
    assert eventually(lambda: ended(following), within_s=20), worker.output()
    assert entries() == [(following, 1)]
    assert {state(job).status for job in jobs} == {"failed"}
    said = "attempt 1 runs, but was cancelled or taken away"
    assert eventually(lambda: worker.output().count(said) == 2), worker.output()


def test_without_notify_jobs_only_start_later(live: Live, worker: psycopg.Connection) -> None:
    live.worker()
    live.relay(JOBS_NOTIFY="off")
    job = enqueue("live_note")
    assert eventually(lambda: ended(job))
    assert entries() == [(job, 1)]
    assert listening_sessions(worker) == 0


def test_a_relay_listens_unless_told_not_to(live: Live, worker: psycopg.Connection) -> None:
    live.relay()
    assert eventually(lambda: listening_sessions(worker) == 1)


def listening_sessions(worker: psycopg.Connection) -> int:
    worker.execute("SET ROLE NONE")  # only the login itself is shown what its other sessions do
    row = worker.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    ).fetchone()
    assert row
    return int(row[0])


def test_a_relay_stops_when_asked_and_leaves_nothing_claimed_that_it_did_not_publish(live: Live) -> None:
    relay = live.relay()
    for _ in range(20):
        enqueue("live_note")
        enqueue("live_quiet", {"shop_id": str(uuid4())})
    assert eventually(lambda: Job.objects.filter(status="claimed").exists())
    assert relay.terminate(within_s=30) == 0
    assert "relay stopped" in relay.output()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.llen("default") == Job.objects.filter(status="claimed").count()
