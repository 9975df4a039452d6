"""Fixtures of the queue's tests: a table for effects, single jobs, and a real relay and worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from caferoam.jobs import queue
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.live import tasks as _tasks  # noqa: F401 - registers the job types
from caferoam.jobs.tickets import Ticket
from caferoam.local.programs import awaits_work
from caferoam.testing.database import database_url

PATIENCE_S = 30.0


def eventually[T](ask: Callable[[], T], *, within_s: float = PATIENCE_S) -> T:
    """Ask until the answer is true and return it, or the last answer when patience ends."""
    deadline = time.monotonic() + within_s
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


@pytest.fixture
def lanes(db: None) -> None:
    """All known types have their lanes."""
    publish_lanes(registry.values())


@pytest.fixture
def ledger(db: None) -> Iterator[None]:
    """Where the test's handlers write what they achieved."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (job_id uuid, attempt integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ledger")


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


class Process:
    """A relay or worker of its own, with its output in a file."""

    def __init__(self, log_file: Path, *arguments: str, **environment: str) -> None:
        self.log_file = log_file
        with log_file.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=settings.BASE_DIR,
                start_new_session=True,
                env={
                    **os.environ,
                    "DATABASE_URL": database_url("caferoam_worker"),
                    "REDIS_URL": settings.REDIS_URL,
                    "DJANGO_SETTINGS_MODULE": "caferoam.jobs.tests.live.settings",
                    **environment,
                },
            )

    def output(self) -> str:
        return self.log_file.read_text(errors="replace")

    def kill(self) -> None:
        """End it and its children at once."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(10)


class Live:
    """Real processes on the test's database and Valkey."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[Process] = []

    def relay(self, **environment: str) -> Process:
        """Start a relay and wait until it works."""
        process = self._start("relay", "manage.py", "relay", **environment)
        assert eventually(lambda: "relay ready" in process.output()), process.output()
        return process

    def worker(self) -> Process:
        """Start a worker and wait until it waits for messages."""
        options = "--queues default --pool prefork --concurrency 2 --without-gossip --without-mingle --loglevel INFO"
        celery = ("-W", "ignore", "-m", "celery", "--app", "caferoam.celery:app", "--quiet", "worker")
        process = self._start("worker", *celery, *options.split())
        assert eventually(lambda: awaits_work(settings.REDIS_URL)), process.output()
        return process

    def stop(self) -> None:
        for process in self._processes:
            process.kill()

    def _start(self, name: str, *arguments: str, **environment: str) -> Process:
        process = Process(self._folder / f"{name}{len(self._processes)}.log", *arguments, **environment)
        self._processes.append(process)
        return process


@pytest.fixture
def live(worker: psycopg.Connection, ledger: None, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers, and ends them with the test."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(tmp_path)
    yield processes
    processes.stop()
