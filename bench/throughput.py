"""How fast 10,000 jobs that do nothing are drained: by the stack, by Celery alone, and by Procrastinate, in turn."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

import procrastinate
import psycopg
import redis

from bench.processes import busy_seconds, cpu_seconds
from bench.results import Result, seconds
from bench.rivals import bare_celery
from bench.stack import RunningStack

JOBS = 10_000
WARM_UP = 200
RIVAL_DATABASE = "bench_procrastinate"
_WITHIN_S = 300
_LOOK_EVERY_S = 0.05


class Side(Protocol):
    """One of those compared. Its worker waits, ready, while the others work."""

    def queue(self, jobs: int) -> None:
        """Have so many jobs wait, without a start."""

    def drain(self) -> None:
        """Let them go, and return when the last one is done."""

    def analyze(self) -> None:
        """Let the database, where there is one, look at the jobs that wait."""


def noop_throughput(stack: RunningStack) -> list[Result]:
    """Jobs a second of all three, in turn: a burst first, then the same after ANALYZE.

    Prints all rates, and where the processor's time went.
    """
    with _ours(stack) as ours, _celery() as celery, _procrastinate(stack) as rival:
        sides: dict[str, Side] = {"CafeRoam": ours, "Celery": celery, "Procrastinate": rival}
        for side in sides.values():
            side.queue(WARM_UP)  # first connections, first plans, and statistics of a small table
            side.drain()
            side.analyze()
        print(f"\n{'':<24}{'jobs/s':>8}{'cpu ms a job':>14}{'others, cores':>15}  by process")
        with _no_autovacuum(stack):
            burst = {name: _rate(name, side, analyzed=False) for name, side in sides.items()}
        known = {name: _rate(name, side, analyzed=True) for name, side in sides.items()}
    both = {name: 2 / (1 / burst[name] + 1 / known[name]) for name in sides}
    return [
        _against("noop_vs_celery", both, "Celery"),
        _against("noop_vs_procrastinate", burst, "Procrastinate"),
        _against("noop_vs_procrastinate_analyzed", known, "Procrastinate"),
    ]


def _against(name: str, rates: Mapping[str, float], rival: str) -> Result:
    return Result(name, rates["CafeRoam"], "jobs/s", rates[rival], rates["CafeRoam"] / rates[rival])


def _rate(name: str, side: Side, *, analyzed: bool) -> float:
    side.queue(JOBS)
    if analyzed:
        side.analyze()
    busy_s, used = busy_seconds(), cpu_seconds()
    taken_s = seconds(side.drain)
    used = cpu_seconds() - used
    others = max(0.0, busy_seconds() - busy_s - used.total()) / taken_s
    ms = {process: s / JOBS * 1000 for process, s in used.most_common()}
    parts = ", ".join(f"{process} {value:.2f}" for process, value in ms.items() if value > 0.02)
    title = f"{name}{', analyzed' if analyzed else ''}"
    print(f"{title:<24}{JOBS / taken_s:>8.0f}{sum(ms.values()):>14.2f}{others:>15.2f}  {parts}", flush=True)
    return JOBS / taken_s


@contextmanager
def _no_autovacuum(stack: RunningStack) -> Iterator[None]:
    """It comes by once a minute: whether in the middle of one side's drain or not would be chance."""
    with psycopg.connect(stack.superuser_url, autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM SET autovacuum = off")
        superuser.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            superuser.execute("ALTER SYSTEM RESET autovacuum")
            superuser.execute("SELECT pg_reload_conf()")


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"The jobs are still not done after {_WITHIN_S} s.")
        time.sleep(_LOOK_EVERY_S)


class _Ours:
    """Rows in a lane that is paused and then resumed, through the stack's relay and worker."""

    def __init__(self, worker: psycopg.Connection, owner: psycopg.Connection) -> None:
        self._worker = worker
        self._owner = owner

    def queue(self, jobs: int) -> None:
        self._worker.execute("UPDATE job_lanes SET paused = true WHERE job_type = 'bench_noop'")
        self._worker.execute("INSERT INTO job_queue (job_type) SELECT 'bench_noop' FROM generate_series(1, %s)", [jobs])

    def drain(self) -> None:
        self._worker.execute("UPDATE job_lanes SET paused = false WHERE job_type = 'bench_noop'")
        self._worker.execute("NOTIFY job_queue")
        _until(self._is_done)

    def analyze(self) -> None:
        self._owner.execute("ANALYZE job_queue, job_starts")

    def _is_done(self) -> bool:
        left = "SELECT FROM job_queue WHERE job_type = 'bench_noop' AND status = "
        return not self._worker.execute(f"({left} 'pending' LIMIT 1) UNION ALL ({left} 'claimed' LIMIT 1)").fetchall()


@contextmanager
def _ours(stack: RunningStack) -> Iterator[_Ours]:
    urls = stack.stack.database_urls
    with (
        psycopg.connect(urls["worker"], autocommit=True) as worker,
        psycopg.connect(urls["owner"], autocommit=True) as owner,
    ):
        yield _Ours(worker, owner)


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

    def analyze(self) -> None:
        """It has no database."""

    def _is_done(self) -> bool:
        # A message that moves from the first to the second is in neither for a moment: one in thousands.
        return not self._broker.llen(bare_celery.QUEUE) and not self._broker.hlen("unacked")


@contextmanager
def _celery() -> Iterator[_Celery]:
    options = "--pool prefork --concurrency 2 --queues bench_idle --without-gossip --without-mingle --loglevel WARNING"
    celery = ("-W", "ignore", "-m", "celery", "--app", "bench.rivals.bare_celery:app", "--quiet", "worker")
    environment = {**os.environ, "PGAPPNAME": "celery"}
    del environment["DJANGO_SETTINGS_MODULE"]
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

    def __init__(self, app: procrastinate.App, worker: "subprocess.Popen[str]", owner: psycopg.Connection) -> None:
        self._app = app
        self._worker = worker
        self._owner = owner

    def queue(self, jobs: int) -> None:
        self._app.configure_task("noop").batch_defer(*({} for _ in range(jobs)))

    def drain(self) -> None:
        assert self._worker.stdin
        print("go", file=self._worker.stdin, flush=True)
        self.hear("done")

    def analyze(self) -> None:
        self._owner.execute("ANALYZE")

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
        env={**os.environ, "BENCH_DATABASE_URL": url, "PGAPPNAME": "procrastinate"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with (
            procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url)).open() as app,
            psycopg.connect(url, autocommit=True) as owner,
        ):
            app.schema_manager.apply_schema()
            side = _Procrastinate(app, worker, owner)
            side.hear("ready")
            yield side
    finally:
        worker.terminate()
        worker.wait(30)
