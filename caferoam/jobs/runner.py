"""The worker's side: start the rows, let the handler work, and write down how each of them ended."""

import logging
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection

from caferoam.jobs import endings, metrics, monitors, queue, retry
from caferoam.jobs.errors import LaneClosed, LeaseLost, PayloadError, PermanentError
from caferoam.jobs.registry import JobType
from caferoam.jobs.run import JobBatch, JobRun
from caferoam.jobs.statements import SESSION_ERRORS
from caferoam.jobs.tickets import Ticket
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.tracing import Origin, working_for

logger = logging.getLogger("caferoam.jobs")

LOST: Final = "lost"
"""Counted for rows that were no longer this attempt's when it ended."""


def run(job_type: JobType, tickets: Sequence[Ticket]) -> Counter[str]:
    """Work on the rows that these tickets still entitle to, and count them by the state they reached.

    Raises nothing that a handler raised.
    """
    started = _start(tickets)
    if len(started) < len(tickets):
        stale = len(tickets) - len(started)
        logger.info("%s: dropped %d stale tickets", job_type.name, stale)
        metrics.stale_tickets.add(job_type.name, by=stale)
    if not started:
        return Counter()
    metrics.started.add(job_type.name, by=len(started))
    for job in started:
        metrics.start_delay.observe(job.waited_s, job_type.name)
    began_at = time.monotonic()
    runs = [JobRun(job, deadline=began_at + job_type.soft_time_limit.total_seconds()) for job in started]
    with _in_context(job_type, runs):
        turn = monitors.begin(job_type, runs)
        _work(job_type, runs)
        if any(run.error for run in runs):
            _renew_connection()  # the trouble may have been the connection, or have broken it
        states = _settle(job_type, runs)
        monitors.end(turn, states)
        took_s = time.monotonic() - began_at
        metrics.run_time.observe(took_s, job_type.name)
        ends = ", ".join(f"{count} {state}" for state, count in states.items())
        logger.info("%s: %s after %.3f s", job_type.name, ends, took_s)
    return states


def _start(tickets: Sequence[Ticket]) -> list[queue.StartedJob]:
    if not connection.in_atomic_block:
        _renew_connection()
        # Asking before each job would only cost time: the start itself tells.
        connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs leave it out
    return _on_a_live_connection(partial(queue.start, tickets))


def _on_a_live_connection[T](step: Callable[[], T]) -> T:
    """Take a step, and if the connection turns out to have broken since it was last used, once more on a new one.

    A step that was taken, and whose answer was lost, changes nothing the second time.
    """
    if connection.in_atomic_block:  # a test that drains
        return step()
    try:
        return step()
    except SESSION_ERRORS:
        connection.close()
        return step()


@contextmanager
def _in_context(job_type: JobType, runs: Sequence[JobRun]) -> Iterator[None]:
    """Let every log line say which job it is from, and every job queued meanwhile whose work it goes on with.

    Jobs that are handled together may come from several requests: their lines are from none of them.
    """
    first, alone = runs[0], len(runs) == 1
    job: dict[str, object] = {"job_id": str(first.id), "attempt": first.attempt} if alone else {"jobs": len(runs)}
    origin = Origin.of_payload(first.payload) if alone else None
    with working_for(origin), structlog.contextvars.bound_contextvars(job_type=job_type.name, **job):
        yield


def _renew_connection() -> None:
    """Let Django replace its connection if it is broken or old; not inside a transaction, where a test drains."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _work(job_type: JobType, runs: Sequence[JobRun]) -> None:
    for run in runs:
        try:
            job_type.read_payload(run)
        except PayloadError as exc:
            run.error = exc
    fit = [run for run in runs if run.error is None]
    if not fit:
        return
    try:
        job_type.call(JobBatch(fit))
    except Exception as exc:  # noqa: BLE001 - whatever a handler raises, its row must be told
        _log(job_type, fit, exc)
        for run in fit:
            run.error = run.error or exc


def _settle(job_type: JobType, runs: Sequence[JobRun]) -> Counter[str]:
    """One statement for all that went well, one for each that did not."""
    done = [run for run in runs if run.completed]
    unwritten = [run for run in runs if not run.completed and run.error is None]
    # While the handler was thinking the connection may have broken: what it has done must not be done again for that.
    written = _on_a_live_connection(partial(queue.complete, [run.fence for run in unwritten])) if unwritten else 0
    states = Counter({"completed": len(done) + written, LOST: len(unwritten) - written})
    for run in runs:
        if run.error is not None and not run.completed:
            states[_on_a_live_connection(partial(_end, job_type, run, run.error)) or LOST] += 1
    metrics.ended.add(job_type.name, "completed", by=states["completed"])
    metrics.ended.add(job_type.name, "overtaken", by=states[LOST])
    return +states


def _end(job_type: JobType, run: JobRun, error: BaseException) -> str | None:
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, PermanentError | ProviderRefused):
        return endings.fail_for_good(run.fence, reason, traceback=_traceback(error))
    if isinstance(error, ProviderUnavailable):
        delay = retry.snooze_for(error.retry_after)
        endings.pause_lane(job_type.name, delay, reason)
        return _snoozed(run, delay, reason)
    if isinstance(error, LaneClosed | LeaseLost):
        # Its own row is out of reach anyway; what a lost one has rolled back with it in a batch runs again at once.
        return _snoozed(run, timedelta(), reason)
    return endings.fail(run.fence, reason, traceback=_traceback(error))


def _snoozed(run: JobRun, delay: timedelta, reason: str) -> str | None:
    return "pending" if endings.snooze([run.fence], delay, reason) else None


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _log(job_type: JobType, runs: Sequence[JobRun], error: Exception) -> None:
    if isinstance(error, LaneClosed):
        return  # whoever closed it has said so, once
    which = f"{job_type.name} {', '.join(f'{run.id} (attempt {run.attempt})' for run in runs)}"
    if isinstance(error, LeaseLost | PermanentError | ProviderRefused | ProviderUnavailable):
        logger.warning("%s: %s: %s", which, type(error).__name__, error)
    elif not _any_held(runs):
        logger.warning("%s was cancelled or taken away: %s", which, type(error).__name__)
    else:
        logger.error("%s failed", which, exc_info=error)


def _any_held(runs: Sequence[JobRun]) -> bool:
    """Whether it matters to anybody how these end; when that cannot be asked, it does."""
    try:
        return any(run.completed or queue.holds(run.fence) for run in runs)
    except (DatabaseError, InterfaceError):
        return True
