"""How a worker stops, with real ones."""

from uuid import UUID

import pytest

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, JobEvent
from caferoam.jobs.tests.conftest import entries, state
from caferoam.testing.live import Live, eventually

pytestmark = pytest.mark.slow

# Seconds of JOBS_STOP_GRACE; what runs gets ten less.
NO_TIME, A_MOMENT, LONG = {"JOBS_STOP_GRACE": "10"}, {"JOBS_STOP_GRACE": "12"}, {"JOBS_STOP_GRACE": "40"}
PROMPTLY_S = 3.0


def running(*job_ids: UUID) -> bool:
    return Job.objects.filter(pk__in=job_ids, status="claimed", attempts=1).count() == len(job_ids)


def ended(*job_ids: UUID) -> bool:
    return not Job.objects.filter(pk__in=job_ids, status__in=["pending", "claimed"]).exists()


def test_an_idle_worker_stops_promptly(live: Live) -> None:
    worker = live.worker(**LONG)
    assert worker.terminate(within_s=PROMPTLY_S) == 0


def test_a_running_job_may_finish_and_the_worker_stops_right_after_it(live: Live) -> None:
    worker = live.worker(**LONG)
    live.relay()
    job = enqueue("live_note", {"seconds": "1"})
    assert eventually(lambda: running(job))
    assert worker.terminate(within_s=1 + PROMPTLY_S) == 0
    assert (state(job).status, entries()) == ("completed", [(job, 1)])


def test_a_job_that_outlives_the_grace_is_given_back_and_burns_no_attempt(live: Live) -> None:
    worker = live.worker(**A_MOMENT)
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "20"})
    assert eventually(lambda: running(job))
    relay.kill()
    assert worker.terminate(within_s=2 + PROMPTLY_S) == 0
    row = state(job)
    assert (row.status, row.attempts, row.max_attempts) == ("pending", 1, 4)
    event = JobEvent.objects.get(job=job)
    assert (event.kind, event.attempt) == ("released", 1)
    assert event.started_at
