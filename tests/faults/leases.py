"""Workers that stand still, jobs longer than the lease, and the control: what is seen when no lease is kept."""

import signal

from tests.faults.clocks import LEASE_S
from tests.faults.experiment import Failed, Verdict, experiment
from tests.faults.stage import Stage, require

SHORT = {"FAULTS_LEASE_S": "3", "FAULTS_KEEP_S": "0.75"}


@experiment
def control_without_leases(stage: Stage) -> Verdict:
    """The control: a job of 8 s with a lease of 2 s that nobody renews, so it is started twice; then it is cancelled.

    Passes if the check that all experiments share sees the second start, and if the fence keeps all effects out.
    """
    stage.relay(FAULTS_LEASE_S="2")
    stage.worker(FAULTS_KEEP_S="3600")
    stage.ready()
    jobs = stage.enqueue(1, ms=8000)
    stage.until(lambda: stage.bodies.starts()[jobs[0]] > 1, 20, "the job is started twice")
    stage.cancel(jobs)
    stage.until(lambda: len(stage.bodies.lines("written")) > 1, 30, "both attempts come to their end")
    try:
        stage.verdict(jobs, states=("failed",))
    except Failed as seen:
        return stage.verdict(jobs, states=("failed",), most_extra_starts=2, most_burned=2, note=f"seen: {seen}")
    raise Failed("the shared check has not seen that the job was started twice")


@experiment
def job_longer_than_the_lease(stage: Stage) -> Verdict:
    """A job that takes three leases, while others come and go.

    Passes if it is started once, because its lease is renewed.
    """
    stage.environment |= SHORT
    stage.cast()
    jobs = stage.enqueue(1, ms=9000) + stage.enqueue(100, ms=20)
    stage.until_ended(jobs, 60)
    return stage.verdict(jobs)


@experiment
def worker_frozen_and_overtaken(stage: Stage) -> Verdict:
    """SIGSTOP of a worker whose handler has written its effect but not committed, until another one has done the job;
    then SIGCONT, and the other one is killed.

    Passes if what the first one wrote is rolled back, and it goes on with other jobs.
    """
    stage.environment |= SHORT
    frozen = stage.worker(concurrency=1)
    stage.relay()
    stage.ready()
    jobs = stage.enqueue(1, at="written", do="wait")
    stage.until(lambda: stage.reached("written", jobs), 20, "the effect is written")
    frozen.send_all(signal.SIGSTOP)
    stage.fault()
    other = stage.worker()
    recovered_s = stage.until_ended(jobs, LEASE_S + 20)
    stage.bodies.let_go()
    other.kill()
    frozen.send_all(signal.SIGCONT)
    others = stage.enqueue(3)  # it has one child, so its first job is over when it does these
    stage.time_to_end(others, LEASE_S + 20)
    return stage.verdict([*jobs, *others], recovered_s=recovered_s, most_extra_starts=1, most_burned=1)


@experiment
def worker_frozen_and_still_first(stage: Stage) -> Verdict:
    """SIGSTOP of the only worker until its row was rescued and claimed again, but not started; then SIGCONT.

    Passes if what it did is accepted, and the second message starts nothing.
    """
    stage.environment |= SHORT
    frozen = stage.worker(concurrency=1)
    stage.relay()
    stage.ready()
    jobs = stage.enqueue(1, at="worked", do="wait")
    stage.until(lambda: stage.reached("worked", jobs), 20, "the job begins")
    frozen.send_all(signal.SIGSTOP)
    stage.fault()
    stage.until(lambda: _is_queued_again(stage), 20, "the row is claimed again")
    stage.bodies.let_go()
    frozen.send_all(signal.SIGCONT)
    recovered_s = stage.until_ended(jobs, 30)
    late = stage.enqueue()
    stage.time_to_end(late, 20)
    require(stage.attempts(jobs[0]) == 1, "the job was started again")
    return stage.verdict(jobs, recovered_s=recovered_s)


def _is_queued_again(stage: Stage) -> bool:
    with stage.servers.broker() as broker:
        return bool(broker.llen("default"))
