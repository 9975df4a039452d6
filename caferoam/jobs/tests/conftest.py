"""Fixtures of the queue's tests: a table for effects, single jobs, and real processes."""

import os
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from caferoam.jobs import queue
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job, JobEvent
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.live import tasks as _tasks  # noqa: F401 - registers the job types
from caferoam.jobs.tests.live.ledger import ledger_table
from caferoam.jobs.tickets import Ticket
from caferoam.testing.live import Live, eventually, live_processes


@pytest.fixture
def lanes(db: None) -> None:
    """All known types have their lanes."""
    publish_lanes(registry.values())


@pytest.fixture
def ledger(db: None) -> Iterator[None]:
    """Where the test's handlers write what they achieved."""
    with ledger_table():
        yield


def entries() -> list[tuple[UUID, int]]:
    """What stands in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, attempt FROM ledger")
        rows: list[tuple[UUID, int]] = cursor.fetchall()
    return rows


def claimed(job_type: str = "live_note", **payload: object) -> Ticket:
    """The ticket of a new job, which must be the only one due of its type."""
    queue.enqueue(job_type, payload)
    (ticket,) = queue.claim([job_type]).tickets[job_type]
    return ticket


def started(job_type: str = "live_note", **payload: object) -> queue.StartedJob:
    """A new job's first attempt."""
    (job,) = queue.start([claimed(job_type, **payload)])
    return job


def state(job_id: UUID) -> Job:
    """The row as it is now."""
    return Job.objects.get(pk=job_id)


def age(job_id: UUID, seconds: int) -> None:
    """Let a row's lease be so much older."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE job_queue SET claimed_at = now() - make_interval(secs => %s) WHERE id = %s", [seconds, job_id]
        )


def wait_of(job: Job) -> float:
    """Seconds from the transaction's now() to when the job is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM scheduled_at - now())::float FROM job_queue WHERE id = %s", [job.pk])
        (seconds,) = cursor.fetchone()
    return float(seconds)


def events(job_id: UUID) -> list[JobEvent]:
    """What has happened to a job, oldest first."""
    return list(JobEvent.objects.filter(job_id=job_id).order_by("pk"))


@contextmanager
def aside[T](action: Callable[[], T]) -> Iterator[Future[T]]:
    """Do something in a thread with a database session of its own, which ends with the block."""

    def act() -> T:
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool.submit(act)


def someone_waits(session: psycopg.Connection) -> bool:
    """Whether a statement comes to wait for a lock, as seen from this session."""
    return bool(eventually(lambda: session.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall()))


def forked(in_child: Callable[[], object] = bool) -> int:
    """Fork a child that does one thing and ends; its exit code."""
    with warnings.catch_warnings():
        # Python warns of what the tests of forks are about.
        warnings.filterwarnings("ignore", message="This process .* is multi-threaded", category=DeprecationWarning)
        pid = os.fork()
    if not pid:
        try:
            in_child()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.fixture
def live(worker: psycopg.Connection, ledger: None, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers, and ends them with the test."""
    with live_processes(tmp_path, "caferoam.jobs.tests.live.settings") as processes:
        yield processes
