"""Relays that hear nothing: notifications only make things faster."""

from collections.abc import Iterator
from contextlib import contextmanager

from caferoam.local.provision import WORKER
from tests.faults.experiment import Verdict, experiment
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, require

POLL_S = 5.0
"""At most between two looks of a relay that believes it would hear."""
MOMENT_S = 1.5
"""For a job that is heard of, on a machine that has other things to do."""


@experiment
def listener_black_holed(stage: Stage) -> Verdict:
    """The relay's LISTEN session goes silent without being closed, as behind a firewall that forgot it.

    Passes if jobs start by polling within 5 s, and are heard of again within 21 s.
    """
    with Proxy(stage.servers.postgres.port) as proxy:
        stage.worker()
        stage.relay(LISTEN_DATABASE_URL=stage.servers.dsn(WORKER, port=proxy.port))
        stage.ready()
        jobs = stage.enqueue()
        stage.fault()
        stage.until_ended(jobs, MOMENT_S + POLL_S)
        proxy.silence()
        stage.fault()
        slowest_s = 0.0
        # The session's own heartbeat is every 15 s, and waits 5 s for its echo.
        while stage.since_fault_s < 21:
            more = stage.enqueue()
            slowest_s = max(slowest_s, stage.time_to_end(more, POLL_S + MOMENT_S))
            jobs += more
        for _ in range(3):
            more = stage.enqueue()
            stage.time_to_end(more, MOMENT_S)
            jobs += more
    return stage.verdict(jobs, recovered_s=slowest_s, note="the time is the longest until a job ended")


@experiment
def notify_trigger_silenced(stage: Stage) -> Verdict:
    """The trigger that notifies is silenced by the setting ``caferoam.jobs_notify``, then disabled.

    Passes if jobs start by polling within 5 s, and at once when it speaks again.
    """
    stage.cast()
    jobs = []
    slowest_s = 0.0
    for silence in (_setting, _disabled_trigger):
        with silence(stage):
            for _ in range(2):
                more = stage.enqueue()
                slowest_s = max(slowest_s, stage.time_to_end(more, POLL_S + MOMENT_S))
                jobs += more
        more = stage.enqueue()
        stage.time_to_end(more, MOMENT_S)
        jobs += more
    require(slowest_s > MOMENT_S, "the jobs were heard of although nothing was to notify")
    return stage.verdict(jobs, recovered_s=slowest_s, note="the time is the longest until a job ended")


@contextmanager
def _setting(stage: Stage) -> Iterator[None]:
    stage.alter_database("SET caferoam.jobs_notify = 'off'")
    try:
        yield
    finally:
        stage.alter_database("RESET caferoam.jobs_notify")


@contextmanager
def _disabled_trigger(stage: Stage) -> Iterator[None]:
    stage.sql("ALTER TABLE job_queue DISABLE TRIGGER notify_job_queue")
    try:
        yield
    finally:
        stage.sql("ALTER TABLE job_queue ENABLE TRIGGER notify_job_queue")


@experiment
def notify_switched_off(stage: Stage) -> Verdict:
    """A relay with ``JOBS_NOTIFY=off`` does not listen at all.

    Passes if it holds no LISTEN session, and jobs start within a moment all the same.
    """
    stage.worker()
    relay = stage.relay(JOBS_NOTIFY="off")
    stage.ready()
    jobs = []
    slowest_s = 0.0
    for _ in range(5):
        more = stage.enqueue()
        slowest_s = max(slowest_s, stage.time_to_end(more, MOMENT_S))
        jobs += more
    require(relay.name not in stage.servers.sessions(saying="LISTEN"), "it listens")
    return stage.verdict(jobs, recovered_s=slowest_s, note="the time is the longest until a job ended")
