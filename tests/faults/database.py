"""Postgres crashed, its sessions ended, its slots used up, or gone at the one moment that counts."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from caferoam.local.provision import API, WORKER
from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, require

AFTER_AN_OUTAGE_S = 30.0
QUIET_WIDTH = 8


@experiment
def backends_terminated(stage: Stage) -> Verdict:
    """All database sessions of relay and workers are ended, five times under load.

    Passes if all jobs have ended 30 s after the last time, with their effect there once.
    """
    stage.cast()
    jobs = stage.enqueue(300, ms=20)
    for share in (30, 80, 130, 180, 230):
        stage.until_more_ended(jobs, share)
        stage.servers.terminate_backends()
        stage.fault()
    recovered_s = stage.until_ended(jobs, AFTER_AN_OUTAGE_S)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=10, most_burned=10)


@experiment
def postgres_crashed(stage: Stage) -> Verdict:
    """``pg_ctl stop -m immediate`` under load, and a start 2 s later; twice.

    Passes if all jobs have ended 30 s later, with their effect there once, and what was seen completed still is.
    """
    stage.cast()
    jobs = stage.enqueue(300, ms=20)
    for share in (60, 160):
        stage.until_more_ended(jobs, share)
        seen = [row[0] for row in stage.sql("SELECT id FROM job_queue WHERE status = 'completed'")]
        stage.servers.crash_postgres(down_s=2)
        stage.fault()
        require(stage.states(seen) == {"completed": len(seen)}, "a job that was seen completed is so no more")
    recovered_s = stage.until_ended(jobs, AFTER_AN_OUTAGE_S)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=4, most_burned=4)


@experiment
def postgres_crashed_after_jobs_that_wrote_nothing(stage: Stage) -> Verdict:
    """The same, with jobs that write nothing, and so do not wait for the disk when they end.

    Passes if all jobs are completed a lease and 20 s later. Those that the crash takes back run again; attempts are
    burned of no more of them than one lane holds.
    """
    stage.cast()
    jobs = stage.enqueue(2000, "faults_quiet")
    stage.until_more_ended(jobs, 200)
    stage.servers.crash_postgres(down_s=2)
    stage.fault()
    begun = stage.reached("began", jobs)
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S, hastening=True)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=begun, most_burned=QUIET_WIDTH, effects=False)


@experiment
def postgres_crashed_inside_the_completing_transaction(stage: Stage) -> Verdict:
    """A handler has written its effect and not yet committed when Postgres is stopped at once, and starts again.

    Passes if effect and completion come together, by another attempt, a lease and 20 s later.
    """
    return _gone_at_the_end(stage, lambda: stage.servers.crash_postgres(down_s=1))


@experiment
def session_ended_inside_the_completing_transaction(stage: Stage) -> Verdict:
    """The same, but only the worker's session is ended.

    Passes alike.
    """
    return _gone_at_the_end(stage, stage.servers.terminate_backends)


def _gone_at_the_end(stage: Stage, harm: Callable[[], object]) -> Verdict:
    stage.cast()
    jobs = stage.enqueue(1, at="written", do="wait")
    stage.until(lambda: stage.reached("written", jobs), 20, "the effect is written")
    harm()
    stage.fault()
    stage.bodies.let_go()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S, hastening=True)
    require(len(stage.bodies.lines("written")) == 2, "the first attempt counted, although its transaction was lost")
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=1, most_burned=1)


@experiment
def answer_to_commit_lost(stage: Stage) -> Verdict:
    """The connection breaks when a worker has sent COMMIT: Postgres does it, the worker never hears of it.

    Passes if the job is completed with one effect, and not started again.
    """
    with Proxy(stage.servers.postgres.port) as proxy:
        stage.relay()
        stage.worker(DATABASE_URL=stage.servers.dsn(WORKER, port=proxy.port))
        stage.ready()
        stage.until_ended(stage.enqueue(), 30)
        jobs = stage.enqueue(1, at="written", do="wait")
        stage.until(lambda: stage.reached("written", jobs), 20, "the effect is written")
        proxy.cut_after(lambda said: b"COMMIT" in said)
        stage.fault()
        stage.bodies.let_go()
        stage.until(proxy.cut.is_set, 20, "the worker says COMMIT")
        recovered_s = stage.until_ended(jobs, 20)
        others = stage.enqueue(20)
        stage.until_ended(others, 30)
    return stage.verdict([*jobs, *others], recovered_s=recovered_s)


@experiment
def connection_slots_used_up(stage: Stage) -> Verdict:
    """Somebody takes every connection that Postgres has for 10 s, and all of ours are ended meanwhile.

    Passes if relay and worker live through it with their processes, and the queue moves 10 s after the slots are free.
    """
    processes = [stage.relay(), stage.worker()]
    stage.ready()
    jobs = stage.enqueue(200, ms=20)
    stage.until_more_ended(jobs, 50)
    with _all_slots(stage):
        stage.fault()
        stage.let_pass(10)
    stage.fault()
    before = stage.ended(jobs)
    moved_s = stage.until_more_ended(jobs, before, 10)
    stage.until_ended(jobs, AFTER_A_LOSS_S)
    require(all(process.is_running for process in processes), "a process did not live through it")
    return stage.verdict(jobs, recovered_s=moved_s, most_extra_starts=10, most_burned=10)


@contextmanager
def _all_slots(stage: Stage) -> Iterator[None]:
    with ExitStack() as held:
        full_since = None
        until = time.monotonic() + 20
        # What of ours comes back before the last slot is taken is ended again.
        while full_since is None or time.monotonic() < full_since + 1:
            require(time.monotonic() < until, "the slots could not be used up")
            try:
                held.enter_context(psycopg.connect(stage.servers.dsn(API), connect_timeout=5))
            except psycopg.OperationalError:
                full_since = full_since or time.monotonic()
                if stage.servers.terminate_backends():
                    full_since = None
        yield


@experiment
def rolled_back(stage: Stage) -> Verdict:
    """Jobs queued by SQL and by the trigger on ``shops``, in a transaction and in a savepoint that are rolled back.

    Passes if no row and no message is left of them, and those beside the savepoint are there.
    """
    stage.cast()
    stage.sql("UPDATE job_lanes SET paused = true WHERE job_type = 'enrich_shop'")
    enqueue = "SELECT private.enqueue_job_v2('faults_ledger')"
    open_shop = "INSERT INTO shops (name, status, latitude, longitude) VALUES ('Rolled back', 'live', 25.03, 121.56)"
    with psycopg.connect(stage.servers.dsn(WORKER), autocommit=True) as connection:
        with connection.transaction(force_rollback=True):
            connection.execute(enqueue)
            connection.execute(open_shop)
        with connection.transaction():
            ((kept,),) = connection.execute(enqueue).fetchall()
            connection.execute(open_shop)
            with connection.transaction(force_rollback=True):
                connection.execute(enqueue)
                connection.execute(open_shop)
    stage.fault()
    recovered_s = stage.until_ended([kept], 20)
    left = Counter(row[0] for row in stage.sql("SELECT job_type FROM job_queue"))
    require(left == {"faults_ledger": 1, "enrich_shop": 1}, f"the queue holds {dict(left)}")
    require(set(stage.bodies.starts()) == {kept}, "something that was rolled back was started")
    return stage.verdict([kept], recovered_s=recovered_s)


@experiment
def rescue_against_completion(stage: Stage) -> Verdict:
    """1,000 rows whose lease is over: one session completes them with their effect, another rescues, claims, starts and
    completes what it gets hold of. No relay and no worker: the two meet row by row.

    Passes if each is completed with one effect, and none that was completed is ever anything else again.
    """
    jobs = stage.enqueue(1000)
    stage.sql("CREATE TABLE reopened (job_id uuid)")
    stage.sql("GRANT ALL ON reopened TO service_role")
    stage.sql(
        "CREATE FUNCTION note_reopened() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO public.reopened VALUES (OLD.id); RETURN NEW; END'"
    )
    stage.sql(
        "CREATE TRIGGER note_reopened BEFORE UPDATE ON job_queue FOR EACH ROW"
        " WHEN (OLD.status = 'completed') EXECUTE FUNCTION note_reopened()"
    )
    try:
        stage.fault()
        won = stage.probe("race")
        ((reopened,),) = stage.sql("SELECT count(*) FROM reopened")
    finally:
        stage.sql("DROP FUNCTION note_reopened CASCADE")
        stage.sql("DROP TABLE reopened")
    require(not reopened, f"{reopened} completed rows were changed again")
    require("0" not in won.split(), f"only one side ever won: {won}")
    recovered_s = stage.until_ended(jobs, 60)
    return stage.verdict(jobs, recovered_s=recovered_s, most_burned=1000, note=f"won by either side: {won}")
