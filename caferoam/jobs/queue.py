"""Every step a row of ``job_queue`` can take, each one statement on Django's connection.

A step that ends or continues an attempt names that attempt and changes nothing when the row has moved on: the attempt
number is the fencing token, and it only grows. All times are the database's ``now()``; no host's clock matters.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from caferoam.jobs import retry
from caferoam.jobs.tickets import Ticket

MAX_ERROR_LENGTH: Final = 500


class Attempt(NamedTuple):
    """One start of one row."""

    job_id: UUID
    number: int


@dataclass(frozen=True)
class StartedJob:
    """A row that this process may work on now."""

    attempt: Attempt
    payload: Any
    max_attempts: int


@dataclass(frozen=True)
class Claim:
    """What one call of ``claim`` got: tickets by job type in the order to run them, and the lanes that hold more."""

    tickets: Mapping[str, list[Ticket]]
    full_lanes: frozenset[str]


def enqueue(
    job_type: str,
    payload: Mapping[str, object] | None = None,
    *,
    priority: int | None = None,
    scheduled_at: datetime | None = None,
    max_attempts: int | None = None,
) -> UUID:
    """Queue a job in the current transaction and return its id.

    ``payload`` must be JSON, so ids go in as ``str(id)``. Higher ``priority`` runs first. What is left out comes from
    the job type's lane; the job runs at once unless ``scheduled_at`` lies ahead.
    """
    ((job_id,),) = _rows(
        "SELECT private.enqueue_job_v1(%s, %s, %s, %s, %s)",
        [job_type, Jsonb(payload or {}), priority, scheduled_at, max_attempts],
    )
    return job_id  # type: ignore[no-any-return]  # the driver's rows are untyped


def enqueue_slot(job_type: str, payload: Mapping[str, object], *, name: str, slot: datetime) -> bool:
    """Queue the job of one turn of the schedule ``name``; False when somebody has done so already."""
    return bool(
        _count(
            """
            INSERT INTO job_queue (id, job_type, payload, priority, max_attempts)
            SELECT md5('cron:' || %(name)s || ':' || %(slot)s)::uuid, turn.job_type, %(payload)s,
                coalesce(lane.priority, 0), coalesce(lane.max_attempts, 3)
            FROM (VALUES (%(job_type)s)) AS turn (job_type) LEFT JOIN job_lanes AS lane USING (job_type)
            ON CONFLICT (id) DO NOTHING
            """,
            {
                "name": name,
                "slot": slot.astimezone(UTC).isoformat(timespec="seconds"),
                "job_type": job_type,
                "payload": Jsonb(payload),
            },
        )
    )


def claim(job_types: Collection[str]) -> Claim:
    """Take what is due of these types, within each lane's width and unless it is paused. Attempts stay as they are."""
    rows = _rows("SELECT * FROM private.claim_jobs_v1(%s)", [list(job_types)])
    tickets: dict[str, list[Ticket]] = {}
    full_lanes = set()
    for job_id, job_type, token, *_ in sorted(rows, key=_run_order):
        if job_id is None:
            full_lanes.add(job_type)
        else:
            tickets.setdefault(job_type, []).append(Ticket(job_id, token))
    return Claim(tickets, frozenset(full_lanes))


def _run_order(row: Sequence[Any]) -> tuple[Any, ...]:
    job_id, _, _, priority, scheduled_at = row
    return (True,) if job_id is None else (False, -priority, scheduled_at, job_id)


def start(tickets: Collection[Ticket]) -> list[StartedJob]:
    """Begin the attempts these tickets stand for, in their order. A used or withdrawn ticket starts nothing."""
    rows = _rows(
        """
        UPDATE job_queue AS q SET attempts = q.attempts + 1, claimed_at = now()
        FROM unnest(%s::uuid[], %s::int[]) AS ticket (id, token)
        WHERE q.id = ticket.id AND q.status = 'claimed' AND q.attempts = ticket.token
        RETURNING q.id, q.attempts, q.payload::text, q.max_attempts
        """,
        _columns(tickets),
    )
    started = {
        job_id: StartedJob(Attempt(job_id, number), json.loads(payload), most) for job_id, number, payload, most in rows
    }
    return [started[ticket.job_id] for ticket in tickets if ticket.job_id in started]


def keep(tickets: Collection[Ticket]) -> int:
    """Renew the leases of rows that a living worker holds, started or not, and count them."""
    # A row that is locked is just being completed; waiting for it could dead-lock with a batch that completes many.
    return _count(
        """
        WITH held AS MATERIALIZED (
            SELECT q.id FROM job_queue AS q JOIN unnest(%s::uuid[], %s::int[]) AS ticket (id, token) USING (id)
            WHERE q.status = 'claimed' AND q.attempts IN (ticket.token, ticket.token + 1)
            FOR UPDATE OF q SKIP LOCKED
        )
        UPDATE job_queue AS q SET claimed_at = now() FROM held WHERE q.id = held.id
        """,
        _columns(tickets),
    )


def complete(attempts: Collection[Attempt]) -> int:
    """End attempts well and count the rows that were still theirs; a caller whose count falls short must roll back."""
    return _count(
        """
        UPDATE job_queue AS q SET status = 'completed', completed_at = now(), claimed_at = NULL, last_error = NULL
        FROM unnest(%s::uuid[], %s::int[]) AS attempt (id, number)
        WHERE q.id = attempt.id AND q.status = 'claimed' AND q.attempts = attempt.number
        """,
        _columns(attempts),
    )


def fail(attempt: Attempt, error: str) -> str | None:
    """End an attempt badly: ``pending`` again after a while, or ``dead_letter`` when it was the last.

    Returns the new state, or None when the row was no longer this attempt's.
    """
    return _state(
        """
        UPDATE job_queue SET
            status = CASE WHEN attempts < max_attempts THEN 'pending' ELSE 'dead_letter' END,
            scheduled_at = CASE WHEN attempts < max_attempts THEN now() + %s ELSE scheduled_at END,
            completed_at = CASE WHEN attempts < max_attempts THEN NULL ELSE now() END,
            claimed_at = NULL, last_error = %s
        WHERE id = %s AND status = 'claimed' AND attempts = %s RETURNING status
        """,
        [retry.delay_after(attempt.number), shorten(error), *attempt],
    )


def fail_for_good(attempt: Attempt, error: str) -> str | None:
    """End an attempt that no further one can mend: ``failed``. Returns as ``fail`` does."""
    return _state(
        """
        UPDATE job_queue SET status = 'failed', completed_at = now(), claimed_at = NULL, last_error = %s
        WHERE id = %s AND status = 'claimed' AND attempts = %s RETURNING status
        """,
        [shorten(error), *attempt],
    )


def snooze(attempts: Collection[Attempt], delay: timedelta, error: str) -> int:
    """Put rows back for ``delay`` without counting the attempt, and count them.

    ``max_attempts`` grows instead of ``attempts`` shrinking: a token must never be seen twice.
    """
    return _count(
        """
        UPDATE job_queue AS q SET
            status = 'pending', scheduled_at = now() + %s, claimed_at = NULL, last_error = %s,
            max_attempts = q.max_attempts + 1
        FROM unnest(%s::uuid[], %s::int[]) AS attempt (id, number)
        WHERE q.id = attempt.id AND q.status = 'claimed' AND q.attempts = attempt.number
        """,
        [delay, shorten(error), *_columns(attempts)],
    )


def pause_lane(job_type: str, delay: timedelta) -> None:
    """Let nothing more of this type be claimed for ``delay``. A longer pause that is already set stays."""
    _count(
        "UPDATE job_lanes SET paused_until = greatest(paused_until, now() + %s) WHERE job_type = %s", [delay, job_type]
    )


def release(tickets: Collection[Ticket]) -> int:
    """Give claimed rows back that have not started, and count them. One that has started meanwhile stays claimed."""
    return _count(
        """
        UPDATE job_queue AS q SET status = 'pending', claimed_at = NULL
        FROM unnest(%s::uuid[], %s::int[]) AS ticket (id, token)
        WHERE q.id = ticket.id AND q.status = 'claimed' AND q.attempts = ticket.token
        """,
        _columns(tickets),
    )


def rescue(lease: timedelta, *, limit: int = 500) -> Counter[str]:
    """Take rows away whose lease has run out: their worker is gone. Counts them by new state.

    The first loss costs no wait; a row that keeps losing its worker waits as after other failures, then is dead.
    """
    return Counter(
        state
        for (state,) in _rows(
            """
            WITH lost AS MATERIALIZED (
                SELECT id, claimed_at FROM job_queue WHERE status = 'claimed' AND claimed_at < now() - %(lease)s
                ORDER BY claimed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            UPDATE job_queue AS q SET
                status = CASE WHEN q.attempts < q.max_attempts THEN 'pending' ELSE 'dead_letter' END,
                scheduled_at = CASE WHEN q.attempts BETWEEN 2 AND q.max_attempts - 1
                    THEN now() + make_interval(
                        secs => least(%(cap)s, %(base)s * %(factor)s ^ least(q.attempts - 2, 16)))
                    ELSE q.scheduled_at END,
                completed_at = CASE WHEN q.attempts < q.max_attempts THEN NULL ELSE now() END,
                claimed_at = NULL,
                last_error = CASE WHEN q.attempts = 0 THEN q.last_error
                    ELSE 'the worker was lost: lease expired on attempt ' || q.attempts END
            FROM lost WHERE q.id = lost.id AND q.status = 'claimed' AND q.claimed_at = lost.claimed_at
            RETURNING q.status
            """,
            {"lease": lease, "limit": limit, "cap": retry.CAP_S, "base": retry.BASE_S, "factor": retry.FACTOR},
        )
    )


def requeue(job_ids: Collection[UUID], *, attempts: int = 3) -> int:
    """Let jobs that ended badly, or wait, run now with ``attempts`` further attempts, and count them."""
    return _count(
        """
        UPDATE job_queue SET
            status = 'pending', scheduled_at = now(), completed_at = NULL, max_attempts = attempts + %s
        WHERE id = ANY(%s) AND status IN ('pending', 'failed', 'dead_letter')
        """,
        [attempts, list(job_ids)],
    )


def seconds_until_next() -> float | None:
    """How long until a waiting row becomes due, or None when none waits for its time."""
    ((seconds,),) = _rows(
        "SELECT extract(epoch FROM min(scheduled_at) - now())::float FROM job_queue"
        " WHERE status = 'pending' AND scheduled_at > now()"
    )
    return seconds  # type: ignore[no-any-return]  # the driver's rows are untyped


def unknown_types(known: Collection[str]) -> Counter[str]:
    """Waiting rows whose type is none of ``known``, by type."""
    return Counter(
        dict(
            _rows(
                "SELECT job_type, count(*) FROM job_queue"
                " WHERE status = 'pending' AND NOT job_type = ANY(%s) GROUP BY job_type",
                [list(known)],
            )
        )
    )


def notify(message: str) -> None:
    """Say something to all relays. An empty message is what the queue's trigger says."""
    _rows("SELECT pg_notify('job_queue', %s)", [message])


def shorten(error: str) -> str:
    """An error as it is kept in the row: short, and without the NUL that Postgres refuses."""
    return error.replace("\x00", "�")[:MAX_ERROR_LENGTH]


def _columns(pairs: Collection[tuple[UUID, int]]) -> list[list[Any]]:
    """Two arrays, sorted by id: two statements over the same rows lock them in the same order."""
    ordered = sorted(pairs)
    return [[job_id for job_id, _ in ordered], [number for _, number in ordered]]


def _rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _state(statement: str, parameters: Sequence[Any]) -> str | None:
    rows = _rows(statement, parameters)
    return rows[0][0] if rows else None


def _count(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        count: int = cursor.rowcount
        return count
