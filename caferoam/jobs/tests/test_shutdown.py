"""How a worker stops, with real ones."""

import signal
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.db import connection

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, JobEvent, JobStart
from caferoam.jobs.tests.conftest import entries, state
from caferoam.testing.live import Live, eventually

pytestmark = pytest.mark.slow

PROMPTLY_S = 20.0  # 2 on an idle machine; less than a job of 25 s

# What runs may finish until ten seconds before the platform kills.
NOW, SOON, LATE = {"JOBS_STOP_GRACE": "10"}, {"JOBS_STOP_GRACE": "12"}, {"JOBS_STOP_GRACE": "60"}


def run(*job_ids: UUID) -> bool:
    return JobStart.objects.filter(job_id__in=job_ids).count() == len(job_ids)


def ended(*job_ids: UUID) -> bool:
    return not Job.objects.filter(pk__in=job_ids, status__in=["pending", "claimed"]).exists()


def fetching(client: redis.Redis) -> list[str]:
    """The addresses from which workers wait for messages."""
    return [session["addr"] for session in client.client_list() if session["cmd"] == "brpop"]


def at_least(count: int) -> bool:
    return len(entries()) >= count


def test_an_idle_worker_stops_promptly(live: Live) -> None:
    assert live.worker(**LATE).terminate(within_s=PROMPTLY_S) == 0


def test_a_running_job_may_finish_and_the_worker_stops_right_after_it(live: Live) -> None:
    worker = live.worker(**LATE)
    live.relay()
    job = enqueue("live_note", {"seconds": "2"})
    assert eventually(lambda: run(job))
    assert worker.terminate(within_s=2 + PROMPTLY_S) == 0
    assert (state(job).status, entries()) == ("completed", [(job, 1)])


def test_a_job_that_outlives_its_time_is_ended_and_given_back_and_burns_no_attempt(live: Live) -> None:
    worker = live.worker(**SOON)
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "25"})
    assert eventually(lambda: run(job))
    start = JobStart.objects.get(job_id=job)
    relay.kill()
    assert worker.terminate(within_s=2 + PROMPTLY_S) == 0
    row = state(job)
    assert (row.status, row.attempts, row.max_attempts) == ("pending", 1, 4)
    event = JobEvent.objects.get(job=job)
    assert (event.kind, event.attempt, event.started_at) == ("released", 1, start.started_at)
    assert "Traceback" not in worker.output()
    assert not Path("/proc", start.worker.rpartition(":")[2]).exists()


def test_what_was_given_back_is_done_by_another_worker(live: Live) -> None:
    worker = live.worker(**NOW)
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "10"})
    assert eventually(lambda: run(job))
    assert worker.terminate(within_s=PROMPTLY_S) == 0
    live.worker()
    assert eventually(lambda: ended(job)), relay.output()
    assert entries() == [(job, 2)]


def test_fetched_jobs_that_have_not_begun_go_back_at_once_and_never_begin(live: Live) -> None:
    worker = live.worker(**LATE, LIVE_PREFETCH="4")
    live.relay()  # it goes on, and so claims anew what was given back, by the tickets that the worker has fetched
    jobs = [enqueue("live_note", {"seconds": "10"}) for _ in range(6)]
    assert eventually(lambda: JobStart.objects.count() == 2)
    assert Job.objects.filter(pk__in=jobs, status="claimed").count() == 6
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert eventually(lambda: not client.llen("default"))
    worker.popen.send_signal(signal.SIGTERM)
    assert eventually(lambda: "4 rows given back unstarted" in worker.output())
    assert worker.popen.wait(10 + PROMPTLY_S) == 0
    assert len(entries()) == 2
    assert Job.objects.filter(pk__in=jobs, completed_at=None, attempts=0, max_attempts=3).count() == 4


def test_a_stopping_worker_that_loses_the_broker_fetches_nothing_when_it_is_back(live: Live) -> None:
    worker = live.worker(**LATE, LIVE_FETCH_S="60")  # its last question is still open when it has been told to stop
    live.relay()
    running = enqueue("live_note", {"seconds": "15"})
    assert eventually(lambda: run(running))
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert eventually(lambda: fetching(client))
        worker.popen.send_signal(signal.SIGTERM)
        assert eventually(lambda: "stopping:" in worker.output())
        (asked,) = fetching(client)
        client.client_kill(asked)
        assert eventually(lambda: worker.output().count("Connected to redis") == 2), worker.output()
        late = enqueue("live_note")
        assert eventually(lambda: client.llen("default"))
        assert worker.popen.wait(15 + PROMPTLY_S) == 0
        assert client.llen("default")  # more than once, where its lease ran out meanwhile
    assert state(late).attempts == 0
    assert entries() == [(running, 1)]


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGTERM, signal.SIGINT), (signal.SIGQUIT,)],
    ids=["SIGTERM then SIGINT", "SIGQUIT"],
)
def test_who_asks_twice_or_by_sigquit_is_not_made_to_wait(live: Live, signals: tuple[signal.Signals, ...]) -> None:
    worker = live.worker(**LATE)
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "25"})
    assert eventually(lambda: run(job))
    relay.kill()
    for number in signals:
        worker.popen.send_signal(number)
        assert eventually(lambda: "stopping:" in worker.output())
    assert worker.popen.wait(PROMPTLY_S) == 0
    assert (state(job).status, state(job).max_attempts) == ("pending", 4)


def test_rows_that_cannot_be_given_back_at_first_go_back_a_moment_later(live: Live) -> None:
    worker = live.worker(**LATE)
    relay = live.relay()
    job = enqueue("live_note", {"seconds": "25"})
    assert eventually(lambda: run(job))
    relay.kill()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE job_queue RENAME TO job_queue_away")
        try:
            worker.popen.send_signal(signal.SIGQUIT)
            assert eventually(lambda: worker.output().count("could not be tended") > 2, within_s=PROMPTLY_S)
        finally:
            cursor.execute("ALTER TABLE job_queue_away RENAME TO job_queue")
    assert worker.popen.wait(PROMPTLY_S) == 0
    assert (state(job).status, state(job).max_attempts) == ("pending", 4), worker.output()


def test_rolling_restarts_under_load_start_every_job_once(live: Live) -> None:
    live.relay()
    worker = live.worker(**LATE)
    jobs = [enqueue("live_note", {"seconds": "0.05"}) for _ in range(200)]
    for restart in (1, 2):
        assert eventually(partial(at_least, 20 * restart))
        successor = live.worker(**LATE)
        assert worker.terminate(within_s=PROMPTLY_S) == 0
        worker = successor
    assert eventually(lambda: ended(*jobs))
    assert sorted(entries()) == sorted((job, 1) for job in jobs)
