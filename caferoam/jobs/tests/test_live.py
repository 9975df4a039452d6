"""The queue's promises, with a real relay and a real worker."""

import signal
from uuid import UUID

import psycopg
import pytest

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.jobs.tests.conftest import entries, state
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


def test_a_job_longer_than_the_lease_runs_once_because_its_lease_is_renewed(live: Live) -> None:
    live.worker()
    live.relay()
    job = enqueue("live_note", {"seconds": "5"})
    assert eventually(lambda: ended(job))
    assert entries() == [(job, 1)]


def test_jobs_of_a_killed_worker_run_again_when_their_lease_has_run_out(live: Live) -> None:
    worker = live.worker()
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "3"})
    assert eventually(lambda: state(job).attempts == 1)
    worker.kill()
    live.worker()
    assert eventually(lambda: ended(job)), relay.output()
    assert entries() == [(job, 2)]


def test_a_job_whose_process_is_killed_is_put_back_at_once(live: Live) -> None:
    worker = live.worker()
    live.relay()
    job = enqueue("live_killed")
    assert eventually(lambda: state(job).last_error), worker.output()
    assert (state(job).status, state(job).attempts) == ("pending", 1)
    assert "WorkerLostError" in (state(job).last_error or "")


def test_a_job_that_outlives_its_hard_time_limit_is_put_back(live: Live) -> None:
    worker = live.worker()
    live.relay()
    job = enqueue("live_deaf")
    assert eventually(lambda: state(job).last_error), worker.output()
    assert (state(job).status, "TimeLimitExceeded" in (state(job).last_error or "")) == ("pending", True)


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


def test_a_relay_stops_promptly_when_asked(live: Live) -> None:
    relay = live.relay()
    relay.popen.send_signal(signal.SIGTERM)
    assert relay.popen.wait(2) == 0
    assert "relay stopped" in relay.output()
