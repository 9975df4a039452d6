"""The experiments' job types. What they achieve is a row in ``ledger``, where nothing keeps it from standing twice."""

import os
import select
import signal
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection

from caferoam.jobs import JobBatch, JobRun, job
from caferoam.providers.errors import ProviderUnavailable
from tests.faults.bodies import FOLDER, Bodies, Line

WIDTH = 8
MAX_ATTEMPTS = 3
SOON = timedelta(seconds=60)
WAITS_AT_MOST_S = 30.0

_bodies = Bodies(Path(os.environ[FOLDER]))


def _reach(run: JobRun, step: str, *, at: str = "", do: str = "") -> None:
    """Tell that the handler came so far; on the first attempt at step ``at``, do what the payload asks for."""
    _bodies.write(Line(run.id, run.attempt, step, os.getpid(), time.time()))
    if step != at or run.attempt != 1:
        return
    if do == "kill child":
        os.kill(os.getpid(), signal.SIGKILL)
    elif do == "kill parent":
        os.kill(os.getppid(), signal.SIGKILL)
    elif do == "kill worker":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    elif do == "wait":
        until = time.monotonic() + WAITS_AT_MOST_S
        while not _bodies.may_go and time.monotonic() < until:
            time.sleep(0.01)
    elif do == "raise":
        raise ValueError(f"asked to fail at {step}")


def _enter(job_ids: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger (job_id) SELECT unnest(%s::uuid[])", [job_ids])


@job("faults_ledger", queue="default", width=WIDTH, time_limit=SOON, max_attempts=MAX_ATTEMPTS)
def faults_ledger(run: JobRun, *, ms: int = 0, at: str = "", do: str = "") -> None:
    """Take ``ms``, then write into the ledger."""
    _reach(run, "began", at=at, do=do)
    select.select([], [], [], ms / 1000)  # time.sleep does not work under a clock that libfaketime has set
    _reach(run, "worked", at=at, do=do)
    with run.completing():
        _enter([run.id])
        _reach(run, "written", at=at, do=do)
    _reach(run, "committed", at=at, do=do)


@job("faults_quiet", queue="default", width=WIDTH, time_limit=SOON, max_attempts=MAX_ATTEMPTS)
def faults_quiet(run: JobRun) -> None:
    """Write nothing, so that the completion waits for no disk."""
    _reach(run, "began")


@job("faults_killer", queue="default", width=WIDTH, time_limit=SOON, max_attempts=MAX_ATTEMPTS)
def faults_killer(run: JobRun) -> None:
    """End as a process that the kernel kills for its memory, each time."""
    _reach(run, "began")
    os.kill(os.getpid(), signal.SIGKILL)


@job("faults_deaf", queue="default", width=WIDTH, time_limit=timedelta(seconds=2), max_attempts=MAX_ATTEMPTS)
def faults_deaf(run: JobRun) -> None:
    """Ignore the soft time limit, so that the hard one strikes."""
    _reach(run, "began")
    try:
        time.sleep(60)
    except SoftTimeLimitExceeded:
        time.sleep(60)


@job("faults_limited", queue="default", width=2, time_limit=SOON, max_attempts=MAX_ATTEMPTS)
def faults_limited(run: JobRun, *, retry_after_s: int) -> None:
    """Ask a provider that answers 429 until the experiment lets it answer well."""
    _reach(run, "began")
    if not _bodies.may_go:
        _reach(run, "refused")
        raise ProviderUnavailable("429 Too Many Requests", retry_after=timedelta(seconds=retry_after_s))
    with run.completing():
        _enter([run.id])


@job(
    "faults_batch",
    queue="default",
    width=64,
    batch=64,
    time_limit=SOON,
    max_attempts=MAX_ATTEMPTS,
    fields={"bad": bool, "wait": bool},
)
def faults_batch(batch: JobBatch) -> None:
    """One call for all of them; the bad ones fail alone, on their first attempt."""
    for run in batch.runs:
        _reach(run, "began")
    first = batch.runs[0]
    _reach(first, "called", at="called", do="wait" if first.arguments["wait"] else "")
    for run in batch.runs:
        if run.arguments["bad"] and run.attempt == 1:
            batch.fail(run, ValueError("a bad input"))
    with batch.completing():
        _enter([run.id for run in batch.runs if run.error is None])


if "FAULTS_DEPLOYED" in os.environ:

    @job("faults_tomorrow", queue="default", width=WIDTH, time_limit=SOON, max_attempts=MAX_ATTEMPTS)
    def faults_tomorrow(run: JobRun) -> None:
        """A job type that only the next deploy knows."""
        _reach(run, "began")
        with run.completing():
            _enter([run.id])
