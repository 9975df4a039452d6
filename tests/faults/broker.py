"""Valkey emptied, killed, frozen: it may lose every word, and every job is still done once."""

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.stage import Stage, require


@experiment
def valkey_flushed(stage: Stage) -> Verdict:
    """FLUSHALL while claimed rows wait in Valkey, and again under load.

    Passes if all jobs have ended a lease and 20 s later, each started once: no attempt is burned.
    """
    stage.ready(stage.relay())
    jobs = stage.enqueue(300, ms=20)
    stage.until(lambda: stage.states(jobs)["claimed"] == 8, 20, "the lane is full")
    with stage.servers.broker() as broker:
        stage.until(lambda: broker.llen("default") == 8, 20, "the messages are in Valkey")
        broker.flushall()
        stage.fault()
        stage.worker()
        stage.until(lambda: stage.ended(jobs) > 100, AFTER_A_LOSS_S, "100 jobs end")
        broker.flushall()
        stage.fault()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def valkey_killed_and_back_empty(stage: Stage) -> Verdict:
    """kill -9 of Valkey under load, back and empty after 3 s; then once more for 20 s.

    Passes if the relay holds no rows at the end of the longer while, and all jobs have ended a lease and 20 s after its
    return, each started once: no attempt is burned.
    """
    relay, worker = stage.relay(), stage.worker()
    stage.ready()
    jobs = stage.enqueue(300, ms=20)
    for share, down_s in ((50, 3), (150, 20)):
        stage.until_more_ended(jobs, share)
        stage.servers.kill_valkey()
        stage.fault()
        stage.let_pass(down_s)
        require(down_s < 20 or _all_handed_back(stage), "rows stay claimed that nobody can start")
        stage.servers.valkey.start()
        stage.fault()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    require(relay.is_running and worker.is_running, "a process did not live through it")
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def valkey_frozen(stage: Stage) -> Verdict:
    """SIGSTOP of Valkey for 20 s: connections stay open, and nobody answers.

    Passes if the relay gives up publishing within 10 s and hands the rows back, the worker takes messages within 60 s
    after SIGCONT, and each job is started once: no attempt is burned.
    """
    stage.cast()
    stage.until_ended(stage.enqueue(), 30)  # all connections are made by now
    stage.servers.freeze_valkey()
    try:
        stage.fault()
        jobs = stage.enqueue(50, ms=20)
        stage.until(lambda: stage.states(jobs)["claimed"], 10, "the relay claims")
        claimed_after_s = stage.since_fault_s
        stage.until(lambda: not stage.states(jobs)["claimed"], 10 + 1, "the relay gives up publishing")
        gave_up_s = stage.since_fault_s - claimed_after_s
        stage.let_pass(20)
    finally:
        stage.servers.thaw_valkey()
    stage.fault()
    recovered_s = stage.until_ended(jobs, 60)
    return stage.verdict(jobs, recovered_s=recovered_s, note=f"publishing given up after {gave_up_s:.1f} s")


@experiment
def long_job_while_valkey_restarts(stage: Stage) -> Verdict:
    """A job of three leases runs in one of a worker's two children, and Valkey is killed and comes back empty, twice.

    Passes if the worker lives through it and the job is started once: what runs is renewed, connection or not.
    """
    stage.environment |= {"FAULTS_LEASE_S": "4", "FAULTS_KEEP_S": "1"}
    relay, worker = stage.relay(), stage.worker()
    stage.ready()
    jobs = stage.enqueue(1, ms=12_000)
    stage.until(lambda: stage.reached("began", jobs), 20, "the job begins")
    for _ in range(2):
        stage.servers.kill_valkey()
        stage.fault()
        stage.let_pass(2)
        stage.servers.valkey.start()
    others = stage.enqueue(20, ms=20)
    recovered_s = stage.until_ended([*jobs, *others], 60)
    require(relay.is_running and worker.is_running, "a process did not live through it")
    return stage.verdict([*jobs, *others], recovered_s=recovered_s)


def _all_handed_back(stage: Stage) -> bool:
    """Whether nothing is claimed but what a worker runs."""
    ((waiting,),) = stage.sql(
        "SELECT count(*) FROM job_queue AS q WHERE status = 'claimed'"
        " AND NOT EXISTS (SELECT FROM job_starts AS s WHERE s.job_id = q.id AND s.attempt = q.attempts)"
    )
    return not waiting
