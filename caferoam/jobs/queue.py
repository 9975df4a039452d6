"""The steps of a row of ``job_queue`` on its way to the end, each one statement on Django's connection.

A step that ends or continues an attempt names that attempt and changes nothing when the row has moved on: the attempt
number is the fencing token, and it only grows. All times are the database's ``now()``; no host's clock matters. How an
attempt ends other than well stands in ``endings``, what operators do in ``operations``.
"""

import json
import os
import socket
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from caferoam.jobs.statements import columns, count_of, rows_of
from caferoam.jobs.tickets import Attempt, Ticket


@dataclass(frozen=True)
class StartedJob:
    """A row that this process may work on now."""

    attempt: Attempt
    payload: Any
    max_attempts: int


@dataclass(frozen=True)
class Claim:
    """What one call of ``claim`` got: tickets by job type in the order to run them, and the lanes that hold more.

    ``full_lanes`` gives the seconds until a lane's rate lets another one through, or None where only its width keeps
    the rest back. ``request_ids`` are those of jobs that come from a request.
    """

    tickets: Mapping[str, list[Ticket]]
    full_lanes: Mapping[str, float | None]
    request_ids: Mapping[UUID, str]


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

    Where the type is unique and one with the same payload waits, that one is returned, made due and raised in priority
    as if it had been asked for so.
    """
    ((job_id,),) = rows_of(
        "SELECT private.enqueue_job_v2(%s, %s, %s, %s, %s)",
        [job_type, Jsonb(payload or {}), priority, scheduled_at, max_attempts],
    )
    return job_id  # type: ignore[no-any-return]  # the driver's rows are untyped


def enqueue_slot(job_type: str, payload: Mapping[str, object], *, name: str, slot: datetime) -> bool:
    """Queue the job of one turn of the schedule ``name``; False when somebody has done so already."""
    return bool(
        count_of(
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
    rows = rows_of(
        "SELECT claimed.* FROM set_config('synchronous_commit', %s, true), private.claim_jobs_v2(%s) AS claimed",
        [_hurry(), list(job_types)],
    )
    tickets: dict[str, list[Ticket]] = {}
    full_lanes: dict[str, float | None] = {}
    request_ids: dict[UUID, str] = {}
    for job_id, job_type, token, _, _, request_id, wait_s in sorted(rows, key=_run_order):
        if job_id is None:
            full_lanes[job_type] = wait_s
            continue
        tickets.setdefault(job_type, []).append(Ticket(job_id, token))
        if request_id is not None:
            request_ids[job_id] = request_id
    return Claim(tickets, full_lanes, request_ids)


def _run_order(row: Sequence[Any]) -> tuple[Any, ...]:
    job_id, _, _, priority, scheduled_at, *_ = row
    return (True,) if job_id is None else (False, -priority, scheduled_at, job_id)


def start(tickets: Collection[Ticket]) -> list[StartedJob]:
    """Begin the attempts these tickets stand for, in their order. A used or withdrawn ticket starts nothing."""
    rows = rows_of(
        """
        WITH started AS (
            UPDATE job_queue AS q SET attempts = q.attempts + 1, claimed_at = now()
            FROM unnest(%s::uuid[], %s::int[]) AS ticket (id, token)
            WHERE q.id = ticket.id AND q.status = 'claimed' AND q.attempts = ticket.token
            RETURNING q.id, q.attempts, q.payload, q.max_attempts
        ), noted AS (
            INSERT INTO job_starts AS start (job_id, attempt, started_at, worker)
            SELECT started.id, started.attempts, now(), %s FROM started
            ON CONFLICT (job_id) DO UPDATE SET
                attempt = excluded.attempt, started_at = excluded.started_at, worker = excluded.worker,
                done = NULL, total = NULL, note = NULL, progressed_at = NULL
        )
        SELECT started.id, started.attempts, started.payload::text, started.max_attempts
        FROM started, set_config('synchronous_commit', %s, true)
        """,
        [*columns(tickets), _worker(os.getpid()), _hurry()],
    )
    started = {
        job_id: StartedJob(Attempt(job_id, number), json.loads(payload), most) for job_id, number, payload, most in rows
    }
    return [started[ticket.job_id] for ticket in tickets if ticket.job_id in started]


@cache
def _worker(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}"


def _hurry() -> str:
    """For ``synchronous_commit``: do not wait for the disk.

    If a crash of Postgres takes back a claim or a start, the row is claimed and started again, and whoever worked on it
    before can complete that attempt as well as the next one can: once. Inside a transaction the caller has the say.
    """
    return "on" if connection.in_atomic_block else "off"


def keep(tickets: Collection[Ticket]) -> int:
    """Renew the leases of rows that a living worker holds, started or not, and count them."""
    # A row that is locked is just being completed; waiting for it could dead-lock with a batch that completes many.
    return count_of(
        """
        WITH held AS MATERIALIZED (
            SELECT q.id FROM job_queue AS q JOIN unnest(%s::uuid[], %s::int[]) AS ticket (id, token) USING (id)
            WHERE q.status = 'claimed' AND q.attempts IN (ticket.token, ticket.token + 1)
            FOR UPDATE OF q SKIP LOCKED
        )
        UPDATE job_queue AS q SET claimed_at = now() FROM held WHERE q.id = held.id
        """,
        columns(tickets),
    )


def complete(attempts: Collection[Attempt]) -> int:
    """End attempts well and count the rows that were still theirs; a caller whose count falls short must roll back."""
    return count_of(
        """
        UPDATE job_queue AS q SET status = 'completed', completed_at = now(), claimed_at = NULL, last_error = NULL
        FROM unnest(%s::uuid[], %s::int[]) AS attempt (id, number)
        WHERE q.id = attempt.id AND q.status = 'claimed' AND q.attempts = attempt.number
        """,
        columns(attempts),
    )


def release(tickets: Collection[Ticket]) -> int:
    """Give claimed rows back that have not started, and count them. One that has started meanwhile stays claimed."""
    ((released,),) = rows_of(
        """
        WITH released AS (
            UPDATE job_queue AS q SET status = 'pending', claimed_at = NULL
            FROM unnest(%s::uuid[], %s::int[]) AS ticket (id, token)
            WHERE q.id = ticket.id AND q.status = 'claimed' AND q.attempts = ticket.token
            RETURNING q.job_type
        ), refunded AS (
            UPDATE job_lanes AS lane SET
                minute_tokens = lane.minute_tokens + unused.starts, day_tokens = lane.day_tokens + unused.starts
            FROM (SELECT released.job_type, count(*) AS starts FROM released GROUP BY 1) AS unused
            WHERE lane.job_type = unused.job_type AND lane.refilled_at IS NOT NULL
        )
        SELECT count(*) FROM released
        """,
        columns(tickets),
    )
    return int(released)


def report_progress(attempt: Attempt, *, done: int, total: int | None, note: str) -> None:
    """Note how far an attempt has come, for operators to see."""
    count_of(
        "UPDATE job_starts SET done = %s, total = %s, note = nullif(%s, ''), progressed_at = clock_timestamp()"
        " WHERE job_id = %s AND attempt = %s",
        [done, total, note, *attempt],
    )


def holds(attempt: Attempt) -> bool:
    """Whether the row is still this attempt's: neither cancelled nor taken away."""
    return bool(rows_of("SELECT FROM job_queue WHERE id = %s AND status = 'claimed' AND attempts = %s", [*attempt]))


def seconds_until_next() -> float | None:
    """How long until a waiting row becomes due, or None when none waits for its time."""
    ((seconds,),) = rows_of(
        "SELECT extract(epoch FROM min(scheduled_at) - now())::float FROM job_queue"
        " WHERE status = 'pending' AND scheduled_at > now()"
    )
    return seconds  # type: ignore[no-any-return]  # the driver's rows are untyped


def unknown_types(known: Collection[str]) -> Counter[str]:
    """Waiting rows whose type is none of ``known``, by type."""
    return Counter(
        dict(
            rows_of(
                "SELECT job_type, count(*) FROM job_queue"
                " WHERE status = 'pending' AND NOT job_type = ANY(%s) GROUP BY job_type",
                [list(known)],
            )
        )
    )


def notify(message: str) -> None:
    """Say something to all relays. An empty message is what the queue's trigger says."""
    rows_of("SELECT pg_notify('job_queue', %s)", [message])
