"""Everything at once, for a minute."""

import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from uuid import UUID

from tests.faults.experiment import Verdict, experiment
from tests.faults.processes import Process
from tests.faults.stage import Stage, require

JOBS = 5000
LASTS_S = 60.0
STRIKES_EVERY_S = 2.0
CALM_S = 150.0
"""For what is left when the storm is over: the wait after a second failure is a minute, and a fifth more."""


@experiment
def storm(stage: Stage) -> Verdict:
    """5,000 jobs come in for a minute, and every 2 s something is killed: a worker, its parent or its child, a relay,
    beat, Valkey (flushed, or killed and back empty), the sessions of Postgres, or Postgres itself. The dead come back.

    Passes if all jobs are completed 150 s later, each with its effect once; none may be a dead letter.
    """
    dice = random.Random(stage.seed)  # noqa: S311 - no secret
    stage.max_attempts = 5  # each strike costs the jobs that run an attempt, and among 5,000 some are struck twice
    stage.cast(relays=2, workers=2)
    stage.ready(stage.beat())
    strikes = _strikes(stage, dice)
    order = [kind for _ in strikes for kind in dice.sample(list(strikes), len(strikes))]
    struck = 0
    jobs: list[UUID] = []
    begun = time.monotonic()
    while (passed_s := time.monotonic() - begun) < LASTS_S:
        jobs += _enqueue(stage, dice, int(JOBS * passed_s / LASTS_S) - len(jobs))
        stage.revive()
        if passed_s > STRIKES_EVERY_S * (struck + 1):
            strikes[order[struck]]()
            struck += 1
        time.sleep(0.05)
    jobs += _enqueue(stage, dice, JOBS - len(jobs))
    stage.fault()
    stage.revive()
    left = JOBS - stage.ended(jobs)
    recovered_s = stage.until_ended(jobs, CALM_S)
    require(struck > len(strikes), f"there were only {struck} strikes")
    ((rows,),) = stage.sql("SELECT count(*) FROM ledger")
    require(rows == JOBS, f"the ledger has {rows} rows")
    most = max(row[0] for row in stage.sql("SELECT attempts FROM job_queue"))
    note = f"{struck} strikes, seed {stage.seed}, {left} jobs left when it ended, {most} attempts at most for one"
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=JOBS, most_burned=JOBS, note=note)


def _enqueue(stage: Stage, dice: random.Random, count: int) -> list[UUID]:
    return stage.enqueue(payloads=[{"ms": dice.randint(5, 20)} for _ in range(count)]) if count > 0 else []


def _strikes(stage: Stage, dice: random.Random) -> Mapping[str, Callable[[], object]]:
    def one(kind: str) -> Process:
        return dice.choice(stage.running(kind))

    def kill_child() -> None:
        # A worker that is just starting has none; another strike will find one.
        for child in one("worker").children()[:1]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def restart_valkey() -> None:
        stage.servers.kill_valkey()
        time.sleep(0.5)
        stage.servers.valkey.start()

    def flush_valkey() -> None:
        with stage.servers.broker() as broker:
            broker.flushall()

    return {
        "child": kill_child,
        "worker": lambda: one("worker").kill(),
        "parent": lambda: one("worker").kill_alone(),
        "relay": lambda: one("relay").kill(),
        "beat": lambda: one("beat").kill(),
        "valkey": restart_valkey,
        "flush": flush_valkey,
        "sessions": stage.servers.terminate_backends,
        "postgres": lambda: stage.servers.crash_postgres(down_s=0.5),
    }
