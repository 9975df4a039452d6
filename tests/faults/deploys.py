"""Workers that are told to stop, job types that only the next deploy knows, and clocks that are wrong."""

import signal
from pathlib import Path

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Skipped, Verdict, experiment
from tests.faults.stage import Stage, require

_LIBFAKETIME = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/local/lib/faketime/libfaketime.so.1")


@experiment
def rolling_restarts(stage: Stage) -> Verdict:
    """SIGTERM to the worker under load, three times, each time with a new one beside it; the relay is replaced as well.

    Passes if each ends by itself within its grace, no job is started twice, and no attempt is burned.
    """
    worker, relay = stage.worker(), stage.relay()
    stage.ready()
    jobs = stage.enqueue(400, ms=20)
    slowest_s = 0.0
    for share in (50, 130, 210):
        stage.until_more_ended(jobs, share)
        new_worker, new_relay = stage.worker(), stage.relay()
        stage.ready(new_worker, new_relay)
        for old in (worker, relay):
            old.send(signal.SIGTERM)
            stage.fault()
            stage.until_gone(old, 45)
            slowest_s = max(slowest_s, stage.since_fault_s)
            require(old.popen.returncode == 0, f"{old.name} ended with {old.popen.returncode}")
        worker, relay = new_worker, new_relay
    stage.until_ended(jobs, 60)
    return stage.verdict(jobs, recovered_s=slowest_s, note="the time is the longest until one had stopped")


@experiment
def restart_outlived_by_a_job(stage: Stage) -> Verdict:
    """SIGTERM to a worker whose jobs take longer than its grace of 12 s, of which they get 2 s.

    Passes if the worker ends within the grace, the rows are given back by then, and each one's ``max_attempts`` was
    raised by one: the attempt does not count.
    """
    worker = stage.worker(JOBS_STOP_GRACE="12")
    stage.relay()
    stage.ready()
    jobs = stage.enqueue(2, ms=20_000)
    stage.until(lambda: stage.reached("began", jobs) == 2, 20, "the jobs begin")
    worker.send(signal.SIGTERM)
    stage.fault()
    stage.until_gone(worker, 12)
    recovered_s = stage.since_fault_s
    raised = stage.sql("SELECT max_attempts FROM job_queue WHERE id = ANY(%s)", [jobs])
    require(raised == [(4,), (4,)], f"max_attempts is {raised}")
    stage.sql("UPDATE job_queue SET payload = '{}' WHERE id = ANY(%s)", [jobs])
    stage.worker()
    stage.fault()
    stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=2, note="the time is until the worker ended")


@experiment
def job_type_of_the_next_deploy(stage: Stage) -> Verdict:
    """A job arrives whose type this code does not know; then the relay is deployed, and only later the worker.

    Passes if it waits and is reported, no attempt is burned by a worker that does not know it, and it runs afterwards.
    """
    jobs = stage.enqueue(3, "faults_tomorrow")
    relay = stage.relay()
    old_worker = stage.worker()
    stage.ready()
    require(stage.states(jobs) == {"pending": 3}, f"the jobs are {dict(stage.states(jobs))}")
    stage.until(lambda: "faults_tomorrow" in relay.output(), 10, "the relay reports the type")
    stage.environment |= {"FAULTS_DEPLOYED": "1"}
    relay.kill()
    stage.ready(stage.relay())
    stage.until(lambda: "faults_tomorrow" in old_worker.output(), 20, "a worker gets what it does not know")
    require(old_worker.is_running, "the old worker did not live through it")
    old_worker.kill()
    stage.worker()
    stage.fault()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def clocks_that_are_wrong(stage: Stage) -> Verdict:
    """The relay's host is ten minutes fast and the worker's ten minutes slow, then the other way round.

    Passes if nothing is different: jobs start at once, long ones keep their lease, and a killed one is rescued in time.
    """
    library = next((str(path) for where in _LIBFAKETIME for path in Path("/").glob(where[1:])), None)
    if library is None:
        raise Skipped("libfaketime is not here (Debian has it in the package faketime)")
    stage.environment |= {"FAULTS_LEASE_S": "4", "FAULTS_KEEP_S": "1", "LD_PRELOAD": library}
    stage.environment |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
    every = []
    for relays_clock, workers_clock in (("+10m", "-10m"), ("-10m", "+10m")):
        relay = stage.relay(FAKETIME=relays_clock)
        worker = stage.worker(FAKETIME=workers_clock)
        stage.ready(relay, worker)
        jobs = stage.enqueue(100, ms=10) + stage.enqueue(1, ms=6000)
        stage.fault()
        stage.until_ended(jobs, 30)
        (killed,) = stage.enqueue(1, ms=100, at="worked", do="kill worker")
        stage.until_gone(worker, 20)
        stage.fault()
        worker = stage.worker(FAKETIME=workers_clock)
        recovered_s = stage.until_ended([killed], AFTER_A_LOSS_S)
        relay.kill()
        worker.kill()
        every += [*jobs, killed]
    return stage.verdict(every, recovered_s=recovered_s, most_extra_starts=2, most_burned=2)
