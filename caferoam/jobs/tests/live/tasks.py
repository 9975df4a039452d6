"""Handlers that do what a test asks of them. What they achieve is a row in ``ledger``."""

import os
import signal
import time
from datetime import timedelta
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection

from caferoam.jobs import JobBatch, JobRun, PermanentError, job
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable

SOON = timedelta(seconds=30)
LEAK = "GET https://photos.example/1.jpg?token=sesame-1 for guest@example.com: password=sesame-2"


def note(run: JobRun) -> None:
    """Write down that this attempt did its work."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [run.id, run.attempt])


@job("live_note", queue="default", width=8, time_limit=SOON)
def live_note(run: JobRun, *, seconds: str = "0") -> None:
    """Take a while, then write into the ledger."""
    time.sleep(float(seconds))
    with run.completing():
        note(run)


@job("live_quiet", queue="default", width=8, time_limit=SOON, max_attempts=4, priority=7)
def live_quiet(run: JobRun, *, shop_id: UUID, force: bool = False, limit: int = 5) -> None:
    """Return without completing."""


@job("live_killed", queue="default", width=8, time_limit=SOON)
def live_killed(run: JobRun) -> None:
    """Die as a process that the kernel kills for its memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@job("live_deaf", queue="default", width=8, time_limit=timedelta(seconds=2))
def live_deaf(run: JobRun) -> None:
    """Ignore the soft time limit, so that the hard one strikes."""
    try:
        time.sleep(60)
    except SoftTimeLimitExceeded:
        time.sleep(60)


@job("live_fails", queue="default", width=8, time_limit=SOON, max_attempts=2)
def live_fails(run: JobRun, *, how: str) -> None:
    """Write something, then end in the way asked for."""
    with run.completing():
        note(run)
        raise {
            "bug": ValueError("a surprise\x00"),
            "leak": ValueError(LEAK),
            "permanent": PermanentError("no such shop"),
            "refused": ProviderRefused("the text is not allowed"),
            "unavailable": ProviderUnavailable("busy", retry_after=timedelta(seconds=100)),
        }[how]


@job("live_batch", queue="default", width=8, batch=4, time_limit=SOON, fields={"how": str})
def live_batch(batch: JobBatch) -> None:
    """Do all at once; leave out those that ask for it."""
    for run in batch.runs:
        if run.arguments["how"] == "fail":
            batch.fail(run, ValueError("not this one"))
        if run.arguments["how"] == "refuse":
            batch.fail(run, ProviderRefused("nor this one"))
        if run.arguments["how"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if run.arguments["how"] == "crash":
            raise ValueError("all of them")
    with batch.completing():
        for run in batch.runs:
            if run.error is None:
                note(run)
