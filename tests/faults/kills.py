"""Workers and relays that are killed, at every step of a job, and a worker that only stands still."""

import os
import signal
import time
from functools import partial
from uuid import UUID

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.leases import SHORT
from tests.faults.stage import Stage, require

SLOTS = 2


@experiment
def worker_killed(stage: Stage) -> Verdict:
    """kill -9 of a worker and its children under load, then a new worker.

    Passes if all jobs have ended a lease and 20 s later, and no more were started again than the worker had slots.
    """
    worker = stage.worker()
    stage.relay()
    stage.ready()
    jobs = stage.enqueue(300, ms=20)
    stage.until_more_ended(jobs, 50)
    worker.kill()
    stage.fault()
    stage.worker()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=SLOTS, most_burned=SLOTS)


@experiment
def worker_parent_killed(stage: Stage) -> Verdict:
    """kill -9 of a worker's main process alone, which leaves nobody to renew the leases of its children.

    Passes as ``worker-killed`` does, and if the children are gone too.
    """
    worker = stage.worker()
    stage.relay()
    stage.ready()
    jobs = stage.enqueue(300, ms=20)
    stage.until_more_ended(jobs, 50)
    children = worker.children()
    worker.kill_alone()
    stage.fault()
    stage.worker()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    stage.until(lambda: not any(_lives(child) for child in children), 10, "the orphans end by themselves")
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=SLOTS, most_burned=SLOTS)


@experiment
def child_killed_three_times(stage: Stage) -> Verdict:
    """kill -9 of a pool child in the middle of its job, three times, with other jobs around it.

    Passes if the worker's main process has put the row back 2 s later each time, and nothing else was started twice.
    """
    stage.cast()
    jobs = stage.enqueue(100, ms=20)
    slowest_s = 0.0
    for _ in range(3):
        (victim,) = stage.enqueue(1, ms=5000)
        stage.until(partial(stage.reached, "began", [victim]), 30, "the job begins")
        child = next(line.pid for line in stage.bodies.lines("began") if line.job_id == victim)
        os.kill(child, signal.SIGKILL)
        stage.fault()
        stage.until(partial(_is_pending, stage, victim), 2, "the row of the killed child is put back")
        slowest_s = max(slowest_s, stage.since_fault_s)
        stage.hasten([victim])
        jobs.append(victim)
    stage.until_ended(jobs, 60)
    return stage.verdict(jobs, recovered_s=slowest_s, most_extra_starts=3, most_burned=3)


@experiment
def killed_at_every_step(stage: Stage) -> Verdict:
    """Jobs that kill their child, its parent or both: when they begin, when they have worked, inside the transaction
    that completes them, and between its commit and the acknowledgement of their message. Dead workers are replaced.

    Passes if each job ends once, and only those began a second time whose child died before the commit. A child dies
    with its parent.
    """
    jobs = stage.enqueue(
        payloads=[
            {"ms": 100, "at": step, "do": deed}
            for step in ("began", "worked", "written", "committed")
            for deed in ("kill child", "kill parent", "kill worker")
        ]
    )
    stage.environment |= SHORT
    for _ in range(4):
        stage.worker(concurrency=1)  # alone in its worker, so that no job dies of another's deed
    stage.ready()
    stage.relay()
    stage.fault()
    while stage.ended(jobs) < len(jobs) and stage.since_fault_s < 3 * AFTER_A_LOSS_S:
        stage.revive()
        stage.hasten(jobs)
        time.sleep(0.1)
    return stage.verdict(jobs, recovered_s=stage.since_fault_s, most_extra_starts=9, most_burned=9)


@experiment
def job_that_kills_its_worker(stage: Stage) -> Verdict:
    """Jobs that kill their process each time, among 200 others.

    Passes if they are dead letters after their last attempt, and all others completed.
    """
    stage.cast()
    others = stage.enqueue(200, ms=10)
    killers = stage.enqueue(2, "faults_killer")
    stage.fault()
    recovered_s = stage.until_ended([*killers, *others], 60, hastening=True)
    require(set(stage.states(killers)) == {"dead_letter"}, f"they ended as {dict(stage.states(killers))}")
    stage.verdict(killers, states=("dead_letter",), most_extra_starts=4, most_burned=6)
    return stage.verdict(others, recovered_s=recovered_s)


@experiment
def job_that_outlives_its_hard_limit(stage: Stage) -> Verdict:
    """A job that ignores its soft time limit of 1 s, so that its process is killed at 2 s.

    Passes if the worker's main process puts the row back 2 s after the limit, with the reason.
    """
    stage.cast()
    jobs = stage.enqueue(1, "faults_deaf")
    stage.until(lambda: stage.reached("began", jobs), 20, "the job begins")
    stage.fault()
    stage.until(lambda: stage.status(jobs[0]) == "pending", 2 + 2, "the row is put back")
    ((error,),) = stage.sql("SELECT last_error FROM job_queue WHERE id = ANY(%s)", [jobs])
    require("TimeLimitExceeded" in error, f"the reason given is {error!r}")
    return stage.verdict(jobs, states=("pending",), recovered_s=max(0.0, stage.since_fault_s - 2), most_burned=1)


def _is_pending(stage: Stage, job: UUID) -> bool:
    return stage.status(job) == "pending"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
