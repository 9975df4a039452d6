"""How fast 10,000 jobs that do nothing are drained: by the stack, by Celery alone, and by Procrastinate, in turn."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

import procrastinate
import psycopg
import redis

from bench.processes import cpu_seconds
from bench.results import Result, seconds
from bench.rivals import bare_celery
from bench.stack import RunningStack

JOBS = 10_000
SLICES = 5
RIVAL_DATABASE = "bench_procrastinate"
_TARGETS = {"noop_vs_celery": 0.6, "noop_vs_procrastinate": 1.7}
_SLICE_WITHIN_S = 300
_LOOK_EVERY_S = 0.01


class Side(Protocol):
    """One of those compared. Its worker waits, ready, while the others work."""

    def queue(self, jobs: int) -> None:
        """Have so many jobs wait, without a start."""

    def drain(self) -> None:
        """Let them go, and return when the last one is done."""


def noop_throughput(stack: RunningStack) -> list[Result]:
    """Jobs a second of all three, and ours against each of the others. Prints where the processor's time went."""
    with _ours(stack) as ours, _celery() as celery, _procrastinate(stack) as rival:
        sides: dict[str, Side] = {"CafeRoam": ours, "Celery": celery, "Procrastinate": rival}
        taken_s = dict.fromkeys(sides, 0.0)
        cpu_s: dict[str, Counter[str]] = {name: Counter() for name in sides}
        for side in sides.values():
            _slice(side, JOBS // SLICES // 10)  # first connections, first plans
        for _ in range(SLICES):
            for name, side in sides.items():
                used = cpu_seconds()
                taken_s[name] += _slice(side, JOBS // SLICES)
                cpu_s[name] += cpu_seconds() - used
    _print_cpu(cpu_s)
    rate, celery_rate, rival_rate = (JOBS / taken for taken in taken_s.values())
    return [
        Result("noop_vs_celery", rate, "jobs/s", celery_rate, rate / celery_rate),
        Result("noop_vs_procrastinate", rate, "jobs/s", rival_rate, rate / rival_rate),
    ]


def _slice(side: Side, jobs: int) -> float:
    side.queue(jobs)
    return seconds(side.drain)


def _print_cpu(cpu_s: dict[str, Counter[str]]) -> None:
    print(f"\n{'processor, ms a job':<22}{'all':>8}  by process")
    for name, used in cpu_s.items():
        parts = ", ".join(f"{process} {s / JOBS * 1000:.2f}" for process, s in used.most_common() if s / JOBS > 0.00002)
        print(f"{name:<22}{used.total() / JOBS * 1000:>8.2f}  {parts}")


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SLICE_WITHIN_S
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"The jobs are still not done after {_SLICE_WITHIN_S} s.")
        time.sleep(_LOOK_EVERY_S)


class _Ours:
    """Rows in a lane that is paused and then resumed, through the stack's relay and worker."""

    def __init__(self, worker: psycopg.Connection) -> None:
        self._worker = worker

    def queue(self, jobs: int) -> None:
        self._worker.execute("UPDATE job_lanes SET paused = true WHERE job_type = 'bench_noop'")
        self._worker.execute("INSERT INTO job_queue (job_type) SELECT 'bench_noop' FROM generate_series(1, %s)", [jobs])

    def drain(self) -> None:
        self._worker.execute("UPDATE job_lanes SET paused = false WHERE job_type = 'bench_noop'")
        self._worker.execute("NOTIFY job_queue")
        _until(self._is_done)

    def _is_done(self) -> bool:
        left = "SELECT FROM job_queue WHERE job_type = 'bench_noop' AND status = "
        return not self._worker.execute(f"({left} 'pending' LIMIT 1) UNION ALL ({left} 'claimed' LIMIT 1)").fetchall()


@contextmanager
def _ours(stack: RunningStack) -> Iterator[_Ours]:
    with psycopg.connect(stack.stack.database_urls["worker"], autocommit=True) as worker:
        yield _Ours(worker)


class _Celery:
    """Messages in a queue that the worker does not consume, and then does."""

    def __init__(self, broker: redis.Redis) -> None:
        self._broker = broker

    def queue(self, jobs: int) -> None:
        bare_celery.app.control.cancel_consumer(bare_celery.QUEUE, reply=True)
        with bare_celery.app.connection_for_write() as connection:
            producer = bare_celery.app.amqp.Producer(connection)
            for _ in range(jobs):
                bare_celery.noop.apply_async(producer=producer, queue=bare_celery.QUEUE)

    def drain(self) -> None:
        bare_celery.app.control.add_consumer(bare_celery.QUEUE)
        _until(self._is_done)

    def _is_done(self) -> bool:
        # A message that moves from the first to the second is in neither for a moment: one in thousands.
        return not self._broker.llen(bare_celery.QUEUE) and not self._broker.hlen("unacked")


@contextmanager
def _celery() -> Iterator[_Celery]:
    options = "--pool prefork --concurrency 2 --queues bench_idle --without-gossip --without-mingle --loglevel WARNING"
    celery = ("-W", "ignore", "-m", "celery", "--app", "bench.rivals.bare_celery:app", "--quiet", "worker")
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    worker = subprocess.Popen([sys.executable, *celery, *options.split()], env=environment)
    try:
        with redis.Redis.from_url(bare_celery.REDIS_URL) as broker:
            _until(lambda: bool(bare_celery.app.control.ping(timeout=0.5)))
            yield _Celery(broker)
    finally:
        worker.terminate()
        worker.wait(60)


class _Procrastinate:
    """Jobs in its table; its worker process is told to work until none is left."""

    def __init__(self, app: procrastinate.App, worker: "subprocess.Popen[str]") -> None:
        self._app = app
        self._worker = worker

    def queue(self, jobs: int) -> None:
        self._app.configure_task("noop").batch_defer(*({} for _ in range(jobs)))

    def drain(self) -> None:
        assert self._worker.stdin
        print("go", file=self._worker.stdin, flush=True)
        self.hear("done")

    def hear(self, word: str) -> None:
        assert self._worker.stdout
        said = self._worker.stdout.readline().strip()
        assert said == word, f"Procrastinate's worker says {said!r}"


@contextmanager
def _procrastinate(stack: RunningStack) -> Iterator[_Procrastinate]:
    owner_url = stack.stack.database_urls["owner"]
    url = urlsplit(owner_url)._replace(path=f"/{RIVAL_DATABASE}").geturl()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {RIVAL_DATABASE}")
    worker = subprocess.Popen(
        [sys.executable, "-m", "bench.rivals.procrastinate_worker"],
        env={**os.environ, "BENCH_DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url)).open() as app:
            app.schema_manager.apply_schema()
            side = _Procrastinate(app, worker)
            side.hear("ready")
            yield side
    finally:
        worker.terminate()
        worker.wait(30)
