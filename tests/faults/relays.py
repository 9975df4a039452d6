"""Relays that die, that hang, and that work side by side."""

import signal

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, require


@experiment
def relay_killed(stage: Stage) -> Verdict:
    """kill -9 of the only relay under load, three times, each time with a new one.

    Passes if all jobs have ended a lease and 20 s later, each started once: no attempt is burned.
    """
    worker = stage.worker()
    relay = stage.relay()
    stage.ready(worker, relay)
    jobs = stage.enqueue(300, ms=20)
    for share in (50, 100, 150):
        stage.until_more_ended(jobs, share)
        relay.kill()
        stage.fault()
        relay = stage.relay()
    recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def relay_killed_between_claim_and_publish(stage: Stage) -> Verdict:
    """A relay has claimed rows and hangs on a dead connection to Valkey when it is killed.

    Passes if another relay has brought the rows to their end a lease and 20 s later, without burning an attempt.
    """
    worker = stage.worker()
    stage.ready(worker)
    with Proxy(stage.servers.valkey.port) as proxy:
        relay = stage.relay(REDIS_URL=stage.servers.valkey_url(port=proxy.port))
        stage.ready(relay)
        stage.until_ended(stage.enqueue(), 30)  # its connections are made by now
        proxy.silence()
        jobs = stage.enqueue(8)
        stage.until(lambda: stage.states(jobs)["claimed"] == len(jobs), 20, "the rows are claimed")
        relay.kill()
        stage.fault()
        stage.relay()
        recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def two_relays(stage: Stage) -> Verdict:
    """Two relays on the same queue, and one of them stands still for a while with what it has in its hands.

    Passes if every job is started once, and the queue moves on meanwhile.
    """
    relays = [stage.relay(), stage.relay()]
    stage.worker()
    stage.ready()
    jobs = stage.enqueue(400, ms=10)
    stage.until_more_ended(jobs, 50)
    relays[0].send(signal.SIGSTOP)
    stage.fault()
    before = stage.ended(jobs)
    moved_s = stage.until(lambda: stage.ended(jobs) > before + 100, 20, "the other relay goes on alone")
    relays[0].send(signal.SIGCONT)
    stage.until_ended(jobs, 60)
    require(relays[0].is_running, "the relay that stood still has ended")
    return stage.verdict(jobs, recovered_s=moved_s)
