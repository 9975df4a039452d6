"""What one experiment plays on: empty tables, an empty Valkey, processes to start, and eyes to see them by."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, LiteralString, Self
from uuid import UUID, uuid4

import psycopg
import redis
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from caferoam.local.programs import Program, beats, programs
from caferoam.local.provision import API, DATABASE, OWNER, WORKER
from caferoam.local.stack import CHECKOUT
from tests.faults.bodies import FOLDER, Bodies
from tests.faults.experiment import Failed, Verdict
from tests.faults.processes import Process
from tests.faults.servers import Servers

READY_S = 60.0
POLL_S = 0.03
MAX_ATTEMPTS = 3


class Stage:
    """Usable as a context manager, which ends what was started."""

    def __init__(self, servers: Servers, folder: Path, *, seed: int = 0) -> None:
        self.servers = servers
        self.seed = seed
        self.bodies = Bodies(folder)
        self.environment: dict[str, str] = {}
        """Added to that of every process started from now on."""
        self.folder = folder
        self._processes: list[Process] = []
        self._ended: list[Process] = []
        self.max_attempts = MAX_ATTEMPTS
        """Of jobs enqueued from now on."""
        self._fault_at = time.monotonic()
        self._eyes: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        self.servers.mend()
        self.sql("TRUNCATE job_queue, job_starts, job_events, job_lanes, ledger CASCADE")
        self.sql("TRUNCATE django_celery_beat_periodictask CASCADE")
        with self.servers.broker() as broker:
            broker.flushall()
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self._processes, *self._ended):  # the latter may have left children
            process.kill()
        if self._eyes is not None:
            self._eyes.close()

    # --- processes ---------------------------------------------------------------------------------------------------

    def relay(self, **environment: str) -> Process:
        """Start a relay. Whether it works yet, ``ready`` says."""
        return self._start("relay", self._program("relay").command[1:], environment)

    def worker(self, *, concurrency: int = 2, **environment: str) -> Process:
        """Start a worker with so many children."""
        name = self._name("worker")
        options = ("--concurrency", str(concurrency), "--hostname", f"{name}@%h")  # what is said last counts
        needed = {"SUPABASE_SECRET_KEY": "sb_secret_that_opens_nothing", **environment}
        return self._start("worker", (*self._program("worker").command[1:], *options), needed)

    def beat(self, **environment: str) -> Process:
        """Start a beat."""
        return self._start("beat", self._program("beat").command[1:], environment)

    def api(self, *, port: int, **environment: str) -> Process:
        """Start an API on a port."""
        as_api = {"DATABASE_URL": self.servers.dsn(API), "DJANGO_SETTINGS_MODULE": "caferoam.settings"}
        return self._start("api", self._program("api", port=port).command[1:], as_api | environment)

    def ready(self, *processes: Process) -> None:
        """Wait until all of these work; without any, all that were started and run still."""
        for process in processes or [process for process in self._processes if process.is_running]:
            self.until(partial(self._is_ready, process), READY_S, f"{process.name} gets ready")

    def cast(self, *, relays: int = 1, workers: int = 1) -> None:
        """Start so many relays and workers, and wait until they work."""
        for _ in range(relays):
            self.relay()
        for _ in range(workers):
            self.worker()
        self.ready()

    def running(self, kind: str) -> list[Process]:
        """Those of a kind that run."""
        return [each for each in self._processes if each.name.startswith(kind) and each.is_running]

    def probe(self, name: str, *arguments: str) -> str:
        """Play one of ``probes`` to its end, in a process of its own; returns what it printed."""
        command = [sys.executable, "-m", "tests.faults.probes", name, *arguments]
        done = subprocess.run(
            command, env=self._environment(name), cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120
        )
        require(not done.returncode, f"the probe ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def revive(self) -> None:
        """Start those again that have ended by now, as a platform does. They may take a moment to work."""
        for process in [process for process in self._processes if not process.is_running]:
            self.again(process)

    def again(self, process: Process) -> Process:
        """Start one that has ended once more."""
        self._processes.remove(process)
        self._ended.append(process)
        self._processes.append(process.again())
        return self._processes[-1]

    def _program(self, name: str, *, port: int = 0) -> Program:
        known = programs(api_port=port, redis_url=self.servers.valkey.url)
        return next(program for program in known if program.name == name)

    def _start(self, kind: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Process:
        name = self._name(kind)
        process = Process(name, arguments, self._environment(name) | environment, self.folder / f"{name}.log")
        self._processes.append(process)
        return process

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **self.servers.environment(WORKER),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PGAPPNAME": name,
            "FAULTS_PROCESS": name,
            FOLDER: str(self.folder),
            **self.environment,
        }

    def _name(self, kind: str) -> str:
        return f"{kind}{sum(process.name.startswith(kind) for process in self._processes)}"

    def _is_ready(self, process: Process) -> bool:
        if not process.is_running:
            raise Failed(f"{process.name} ended with {process.popen.returncode}; see {process.log_file}")
        if process.name.startswith("relay"):
            return "relay ready" in process.output()
        if process.name.startswith("worker"):
            with self.servers.broker() as broker, suppress(redis.RedisError):
                return any(s["name"] == process.name and s["cmd"] == "brpop" for s in broker.client_list())
            return False
        return beats(self.servers.valkey.url, "beat", since=process.started_at)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def enqueue(
        self, count: int = 1, job_type: str = "faults_ledger", *, payloads: Sequence[object] = (), **payload: object
    ) -> list[UUID]:
        """Commit jobs and return their ids: ``count`` with the same payload, or one with each of ``payloads``.

        The ids are ours, so that a commit whose answer was lost can be repeated.
        """
        wanted = payloads or [payload] * count
        ids = [uuid4() for _ in wanted]
        self.sql(
            "INSERT INTO job_queue (id, job_type, payload, max_attempts) SELECT job.id, %s, job.payload, %s"
            " FROM unnest(%s::uuid[], %s::jsonb[]) AS job (id, payload) ON CONFLICT (id) DO NOTHING",
            [job_type, self.max_attempts, ids, [Jsonb(each) for each in wanted]],
        )
        return ids

    def states(self, jobs: Collection[UUID]) -> Counter[str]:
        """How many of the jobs are in which state."""
        return Counter(
            dict(self.sql("SELECT status, count(*) FROM job_queue WHERE id = ANY(%s) GROUP BY 1", [list(jobs)]))
        )

    def attempts(self, job: UUID) -> int:
        """How often the row says that the job was started."""
        return int(self.sql("SELECT attempts FROM job_queue WHERE id = %s", [job])[0][0])

    def status(self, job: UUID) -> str:
        return str(self.sql("SELECT status FROM job_queue WHERE id = %s", [job])[0][0])

    def reached(self, step: str, jobs: Collection[UUID]) -> int:
        """How many of the jobs came to this step of their handler, on any attempt."""
        return len({line.job_id for line in self.bodies.lines(step)} & set(jobs))

    def ended(self, jobs: Collection[UUID]) -> int:
        """How many of the jobs are in an end state."""
        states = self.states(jobs)
        return sum(states.values()) - states["pending"] - states["claimed"]

    def hasten(self, jobs: Collection[UUID]) -> None:
        """Make those due that wait for their next attempt, as an operator may: the experiment is not about the wait."""
        self.sql(
            "WITH hastened AS (UPDATE job_queue SET scheduled_at = now()"
            " WHERE id = ANY(%s) AND status = 'pending' AND scheduled_at > now() RETURNING id)"
            " SELECT pg_notify('job_queue', '') FROM hastened",
            [list(jobs)],
        )

    def cancel(self, jobs: Collection[UUID]) -> None:
        """End jobs, running or not, as an operator may."""
        self.sql(
            "UPDATE job_queue SET status = 'failed', completed_at = now(), claimed_at = NULL WHERE id = ANY(%s)",
            [list(jobs)],
        )

    # --- time --------------------------------------------------------------------------------------------------------

    def fault(self) -> None:
        """Now is the moment from which recovery is counted."""
        self._fault_at = time.monotonic()

    @property
    def since_fault_s(self) -> float:
        return time.monotonic() - self._fault_at

    def until(self, asked: Callable[[], object], within_s: float, what: str) -> float:
        """Wait until something is true; returns how long that took.

        Raises:
            Failed: it did not come true in time.
        """
        begun = time.monotonic()
        while not asked():
            if time.monotonic() > begun + within_s:
                raise Failed(f"in {within_s:.0f} s it did not happen that {what}")
            time.sleep(POLL_S)
        return time.monotonic() - begun

    def until_gone(self, process: Process, within_s: float) -> float:
        """Wait until a process has ended by itself. As ``until``."""
        return self.until(lambda: not process.is_running, within_s, f"{process.name} ends")

    def until_more_ended(self, jobs: Collection[UUID], than: int, within_s: float = READY_S) -> float:
        """Wait until the work is so far. As ``until``."""
        return self.until(lambda: self.ended(jobs) > than, within_s, f"more than {than} jobs end")

    def time_to_end(self, jobs: Collection[UUID], within_s: float) -> float:
        """Wait until all jobs have ended, whatever the fault. As ``until``."""
        return self.until(lambda: self.ended(jobs) == len(jobs), within_s, "the jobs end")

    def let_pass(self, seconds_since_fault: float) -> None:
        """Wait until the fault is so old."""
        time.sleep(max(0.0, seconds_since_fault - self.since_fault_s))

    def until_ended(self, jobs: Collection[UUID], within_s: float, *, hastening: bool = False) -> float:
        """Wait until all jobs have ended, no longer than so many seconds after the fault; returns the seconds since it.

        ``hastening`` makes those due at once that wait for their next attempt.

        Raises:
            Failed: some have not.
        """
        while self.ended(jobs) < len(jobs):
            if self.since_fault_s > within_s:
                raise Failed(f"{within_s:.0f} s after the fault the jobs are {dict(self.states(jobs))}")
            if hastening:
                self.hasten(jobs)
            time.sleep(POLL_S)
        return self.since_fault_s

    # --- what became of it -------------------------------------------------------------------------------------------

    def verdict(
        self,
        jobs: Collection[UUID],
        *,
        recovered_s: float | None = None,
        most_extra_starts: int = 0,
        most_burned: int = 0,
        states: Collection[str] = ("completed",),
        effects: bool = True,
        note: str = "",
    ) -> Verdict:
        """The check that all experiments share: jobs are in an end state, and each completed one had its effect once.

        ``most_extra_starts`` bounds how often handlers began beyond once a job, ``most_burned`` the attempts that were
        counted without completing their job. ``effects`` says whether the jobs have any.

        Raises:
            Failed: they are not.
        """
        found = self.states(jobs)
        require(sum(found.values()) == len(jobs), f"of {len(jobs)} committed jobs {sum(found.values())} are there")
        require(set(found) <= set(states), f"the jobs ended as {dict(found)}")
        wrong = self.sql(
            "SELECT count(*) FROM job_queue AS q WHERE id = ANY(%s)"
            " AND (SELECT count(*) FROM ledger AS l WHERE l.job_id = q.id) <> (q.status = 'completed' AND %s)::int",
            [list(jobs), effects],
        )[0][0]
        require(not wrong, f"{wrong} jobs have not exactly one effect for being completed")
        begun = self.bodies.starts()
        starts = sum(begun[job] for job in jobs)
        require(starts <= len(jobs) + most_extra_starts, f"{len(jobs)} jobs were started {starts} times")
        burned = self._burned(jobs)
        require(burned <= most_burned, f"{burned} attempts were burned, and {most_burned} may be")
        return Verdict(jobs=len(jobs), starts=starts, burned=burned, recovered_s=recovered_s, note=note)

    def _burned(self, jobs: Collection[UUID]) -> int:
        """Attempts that did not complete their job. An attempt that was given back raised ``max_attempts`` as well."""
        return int(
            self.sql(
                "SELECT coalesce(sum(attempts - (status = 'completed')::int - (max_attempts - %s)), 0) FROM job_queue"
                " WHERE id = ANY(%s)",
                [self.max_attempts, list(jobs)],
            )[0][0]
        )

    def alter_database(self, change: LiteralString) -> None:
        """Change a setting of the database. New sessions have it, the one that queues here too."""
        with psycopg.connect(self.servers.postgres.dsn(), autocommit=True) as connection:
            connection.execute(SQL("ALTER DATABASE {} {}").format(Identifier(DATABASE), SQL(change)))
        if self._eyes is not None:
            self._eyes.close()

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement as the owner of the tables, again if the server was away. It must be safe to repeat."""
        until = time.monotonic() + READY_S
        while True:
            try:
                if self._eyes is None or self._eyes.closed:
                    self._eyes = psycopg.connect(self.servers.dsn(OWNER), autocommit=True, connect_timeout=5)
                cursor = self._eyes.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if self._eyes is not None:
                    self._eyes.close()
                if time.monotonic() > until:
                    raise
                time.sleep(POLL_S)


def require(fact: object, otherwise: str) -> None:
    """Raise Failed unless it is a fact."""
    if not fact:
        raise Failed(otherwise)
