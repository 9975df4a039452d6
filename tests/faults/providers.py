"""Providers that ask for a pause, and batches of which some items are bad."""

import signal

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.stage import Stage, require

LIMITED_WIDTH = 2


@experiment
def provider_answers_429(stage: Stage) -> Verdict:
    """A provider answers 429 with Retry-After 5 to the first of 100 jobs.

    Passes if no call comes before 5 s are over, those excepted that were under way, no attempt is burned, the lane is
    paused with its reason, and all are completed afterwards.
    """
    stage.cast()
    jobs = stage.enqueue(100, "faults_limited", retry_after_s=5)
    stage.until(lambda: stage.reached("refused", jobs), 20, "the provider refuses")
    stage.fault()
    others = stage.enqueue(50)
    stage.until_ended(others, 5)
    ((paused, reason),) = stage.sql(
        "SELECT paused_until > now(), pause_reason FROM job_lanes WHERE job_type = 'faults_limited'"
    )
    require(paused and "429" in reason, f"the lane is not paused: {reason!r}")
    stage.bodies.let_go()
    recovered_s = stage.until_ended(jobs, 60)
    calls = stage.bodies.lines("began")
    first = min(line.at for line in stage.bodies.lines("refused"))
    too_early = [line for line in calls if line.job_id in set(jobs) and 0 < line.at - first < 5]
    require(len(too_early) < LIMITED_WIDTH, f"{len(too_early) + 1} calls came although a pause was asked for")
    refused = len(stage.bodies.lines("refused"))
    return stage.verdict([*jobs, *others], recovered_s=recovered_s, most_extra_starts=refused)


@experiment
def batch_with_bad_items(stage: Stage) -> Verdict:
    """A batch of 64 with three bad items.

    Passes if it is one call, 61 are completed by it, and only the three are tried again.
    """
    stage.ready(stage.worker())
    jobs = stage.enqueue(61, "faults_batch", bad=False, wait=False)
    bad = stage.enqueue(3, "faults_batch", bad=True, wait=False)
    stage.relay()
    stage.until(lambda: stage.ended(jobs) == 61, 30, "the good ones end")
    calls = len(stage.bodies.lines("called"))
    require(calls == 1, f"it took {calls} calls")
    stage.until(lambda: stage.states(bad) == {"pending": 3}, 10, "the bad ones are to be tried again")
    stage.fault()
    recovered_s = stage.until_ended(bad, 30, hastening=True)
    stage.verdict(bad, most_extra_starts=3, most_burned=3)
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def batch_killed_in_its_call(stage: Stage) -> Verdict:
    """kill -9 of the worker while a batch of 64 is in its one call.

    Passes if all 64 have ended a lease and 20 s later, each with its effect once.
    """
    worker = stage.worker()
    stage.ready(worker)
    jobs = stage.enqueue(64, "faults_batch", bad=False, wait=True)
    stage.relay()
    stage.until(lambda: stage.reached("called", jobs), 30, "the call is made")
    worker.send_all(signal.SIGKILL)
    stage.fault()
    stage.worker()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s, most_extra_starts=64, most_burned=64)
