"""How an attempt ends other than well. Each step is one statement that also notes it in ``job_events``.

As in ``queue``, a step names the attempt that it ends, and changes nothing when the row has moved on.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from caferoam.jobs import metrics, retry
from caferoam.jobs.statements import columns, count_of, rows_of
from caferoam.jobs.texts import shorten, shorten_traceback
from caferoam.jobs.tickets import Attempt

logger = logging.getLogger("caferoam.jobs")

# A pending row has no start to show: it waits for one. A finished one keeps its last.
_NOTED: Final = """
WITH ended AS (
    {step}
), noted AS (
    INSERT INTO job_events (job_id, kind, attempt, started_at, detail, traceback)
    SELECT ended.id, {kind}, ended.attempts, start.started_at, ended.detail, %(traceback)s
    FROM ended LEFT JOIN job_starts AS start ON start.job_id = ended.id AND start.attempt = ended.attempts
    WHERE ended.detail IS NOT NULL
), forgotten AS (
    DELETE FROM job_starts AS start USING ended WHERE start.job_id = ended.id AND ended.status = 'pending'
)
SELECT ended.id, ended.job_type, ended.status, {kind}, ended.detail FROM ended
"""

_FAILURES: Final = """
SELECT count(*) FROM job_events WHERE job_id = %(job_id)s AND kind IN ('retried', 'lost') AND id > (
    SELECT coalesce(max(id), 0) FROM job_events WHERE job_id = %(job_id)s AND kind = 'requeued')
"""
_FAIL: Final = _NOTED.format(
    step="""
    UPDATE job_queue SET
        status = CASE WHEN attempts < max_attempts THEN 'pending' ELSE 'dead_letter' END,
        scheduled_at = CASE WHEN attempts < max_attempts THEN now() + %(delay)s ELSE scheduled_at END,
        completed_at = CASE WHEN attempts < max_attempts THEN NULL ELSE now() END,
        claimed_at = NULL, last_error = %(error)s
    WHERE id = %(job_id)s AND status = 'claimed' AND attempts = %(attempt)s
    RETURNING id, job_type, status, attempts, last_error AS detail
    """,
    kind="CASE ended.status WHEN 'pending' THEN 'retried' ELSE 'dead_letter' END",
)
_FAIL_FOR_GOOD: Final = _NOTED.format(
    step="""
    UPDATE job_queue SET status = 'failed', completed_at = now(), claimed_at = NULL, last_error = %(error)s
    WHERE id = %(job_id)s AND status = 'claimed' AND attempts = %(attempt)s
    RETURNING id, job_type, status, attempts, last_error AS detail
    """,
    kind="'failed'",
)
_SNOOZE: Final = _NOTED.format(
    step="""
    UPDATE job_queue AS q SET
        status = 'pending', claimed_at = NULL, last_error = %(error)s, max_attempts = q.max_attempts + 1,
        scheduled_at = CASE WHEN %(delay)s > interval '0' THEN now() + %(delay)s ELSE q.scheduled_at END
    FROM unnest(%(job_ids)s::uuid[], %(numbers)s::int[]) AS attempt (id, number)
    WHERE q.id = attempt.id AND q.status = 'claimed' AND q.attempts = attempt.number
    RETURNING q.id, q.job_type, q.status, q.attempts, q.last_error AS detail
    """,
    kind="%(kind)s",
)
# A row that never started lost only its message: it goes back as it was, and of that nothing is noted, or while no
# worker runs every row that waits would get an event in each lease.
_RESCUE: Final = _NOTED.format(
    step="""
    UPDATE job_queue AS q SET
        status = CASE WHEN q.attempts < q.max_attempts THEN 'pending' ELSE 'dead_letter' END,
        scheduled_at = CASE WHEN lost.started AND q.attempts BETWEEN 2 AND q.max_attempts - 1
            THEN now() + make_interval(secs => least(%(cap)s, %(base)s * %(factor)s ^ least(q.attempts - 2, 16)))
            ELSE q.scheduled_at END,
        completed_at = CASE WHEN q.attempts < q.max_attempts THEN NULL ELSE now() END,
        claimed_at = NULL,
        last_error = CASE WHEN lost.started OR q.attempts >= q.max_attempts
            THEN 'the worker was lost: lease expired on attempt ' || q.attempts ELSE q.last_error END
    FROM (
        SELECT job.id, job.claimed_at, EXISTS (
            SELECT FROM job_starts AS start WHERE start.job_id = job.id AND start.attempt = job.attempts
        ) AS started
        FROM job_queue AS job WHERE job.id = ANY (ARRAY(
            SELECT id FROM job_queue WHERE status = 'claimed' AND claimed_at < now() - %(lease)s
            ORDER BY claimed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        ))
    ) AS lost
    WHERE q.id = lost.id AND q.status = 'claimed' AND q.claimed_at = lost.claimed_at
    RETURNING q.id, q.job_type, q.status, q.attempts,
        CASE WHEN lost.started OR q.status = 'dead_letter' THEN q.last_error END AS detail
    """,
    kind="CASE ended.status WHEN 'pending' THEN 'lost' ELSE 'dead_letter' END",
)


def fail(attempt: Attempt, error: str, *, traceback: str | None = None) -> str | None:
    """End an attempt badly: ``pending`` again after a while, or ``dead_letter`` when it was the last.

    Returns the new state, or None when the row was no longer this attempt's. ``error`` and ``traceback`` are kept
    without their secrets, and shortened.

    How long the while is depends on how often it has failed since an operator last queued it, not on the attempt's
    number: that grows too when a provider is busy or a worker stops, which says nothing of the job.
    """
    ((failures,),) = rows_of(_FAILURES, {"job_id": attempt.job_id})
    return _state(_FAIL, attempt, error, traceback, delay=retry.delay_after(failures + 1))


def fail_for_good(attempt: Attempt, error: str, *, traceback: str | None = None) -> str | None:
    """End an attempt that no further one can mend: ``failed``. Returns as ``fail`` does."""
    return _state(_FAIL_FOR_GOOD, attempt, error, traceback)


def snooze(
    attempts: Collection[Attempt],
    delay: timedelta,
    error: str,
    *,
    kind: Literal["snoozed", "released"] = "snoozed",
    traceback: str | None = None,
) -> int:
    """Put rows back for ``delay`` without counting the attempt, and count them. ``kind`` says what for.

    Without a delay they keep the places that they had in their lanes.

    ``max_attempts`` grows instead of ``attempts`` shrinking: a token must never be seen twice.
    """
    job_ids, numbers = columns(attempts)
    return len(
        _states(
            _SNOOZE,
            {
                "delay": delay,
                "error": shorten(error),
                "traceback": None if traceback is None else shorten_traceback(traceback),
                "kind": kind,
                "job_ids": job_ids,
                "numbers": numbers,
            },
        )
    )


def pause_lane(job_type: str, delay: timedelta, reason: str) -> None:
    """Let nothing more of this type be claimed for ``delay``. A longer pause that is set already stays."""
    count_of(
        "UPDATE job_lanes SET paused_until = now() + %(delay)s, pause_reason = %(reason)s"
        " WHERE job_type = %(job_type)s AND NOT paused AND (paused_until IS NULL OR paused_until < now() + %(delay)s)",
        {"delay": delay, "reason": shorten(reason), "job_type": job_type},
    )


def rescue(lease: timedelta, *, limit: int = 500) -> Counter[str]:
    """Take rows away whose lease has run out: their worker is gone. Counts them by new state.

    The first loss costs no wait; a row that keeps losing its worker waits as after other failures, then is dead.
    """
    parameters = {"cap": retry.CAP_S, "base": retry.BASE_S, "factor": retry.FACTOR, "traceback": None}
    return Counter(_states(_RESCUE, {"lease": lease, "limit": limit, **parameters}))


def _state(statement: str, attempt: Attempt, error: str, traceback: str | None, **more: Any) -> str | None:
    states = _states(
        statement,
        {
            "job_id": attempt.job_id,
            "attempt": attempt.number,
            "error": shorten(error),
            "traceback": None if traceback is None else shorten_traceback(traceback),
            **more,
        },
    )
    return states[0] if states else None


def _states(statement: str, parameters: Mapping[str, Any]) -> list[str]:
    """Run a step, and return the state of each row that it changed."""
    states = []
    for job_id, job_type, state, kind, detail in rows_of(statement, parameters):
        states.append(state)
        metrics.ended.add(metrics.label(job_type), kind)
        if kind == "dead_letter":
            # An error, and so also a crash report: nothing but an operator moves it on.
            logger.error("%s %s is a dead letter: %s", job_type, job_id, detail, extra={"dead_letter": job_type})
    return states
