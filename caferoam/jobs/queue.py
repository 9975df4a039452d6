"""The steps of a row of ``job_queue`` on its way to the end, each one statement on Django's connection.

A step that ends or continues an attempt names that attempt and changes nothing when the row has moved on: the attempt
number is the fencing token, and it only grows. All times are the database's ``now()``; no host's clock matters. How an
attempt ends other than well stands in ``endings``, what operators do in ``operations``.
"""

import hashlib
import json
import os
import socket
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from caferoam import tracing
from caferoam.jobs.statements import columns, count_of, rows_of
from caferoam.jobs.texts import shorten
from caferoam.jobs.tickets import Attempt, Ticket

ROWS_A_STATEMENT: Final = 2000


@dataclass(frozen=True)
class StartedJob:
    """A row that this process may work on now."""

    attempt: Attempt
    payload: Any
    max_attempts: int
    waited_s: float
    """Since it became due."""


@dataclass(frozen=True)
class Claim:
    """What one call of ``claim`` got: tickets by job type in the order to run them, and the lanes that hold more.

    ``full_lanes`` gives the seconds until a lane's rate lets another one through, or None where only its width keeps
    the rest back. ``next_due_s`` is how long until a row of these types becomes due that was not, or None when
    none waits for its time. ``request_ids`` are those of jobs that come from a request.
    """

    tickets: Mapping[str, list[Ticket]]
    full_lanes: Mapping[str, float | None]
    next_due_s: float | None
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

    The payload also carries the trace of the request or job that queues it.
    """
    ((job_id,),) = rows_of(
        "SELECT private.enqueue_job_v2(%s, %s, %s, %s, %s)",
        [job_type, _carrying(payload or {}), priority, scheduled_at, max_attempts],
    )
    return job_id  # type: ignore[no-any-return]  # the driver's rows are untyped


def enqueue_many(
    job_type: str,
    payloads: Iterable[Mapping[str, object]],
    *,
    priority: int | None = None,
    scheduled_at: datetime | None = None,
    max_attempts: int | None = None,
) -> int:
    """Queue a job for each payload, all or none, and count the new rows; otherwise as ``enqueue``.

    Of a unique type those are fewer where payloads repeat or wait already. All others who queue jobs of such a type
    wait until the transaction ends.
    """
    queued = 0
    with transaction.atomic():
        for some in batched(payloads, ROWS_A_STATEMENT):
            ((new,),) = rows_of(
                "SELECT private.enqueue_jobs_v1(%s, %s, %s, %s, %s)",
                [job_type, [_carrying(payload) for payload in some], priority, scheduled_at, max_attempts],
            )
            queued += new
    return queued


def _carrying(payload: Mapping[str, object]) -> Jsonb:
    return Jsonb({**payload, **tracing.carried()})


def enqueue_slot(job_type: str, payload: Mapping[str, object], *, name: str, slot: datetime) -> bool:
    """Queue the job of one turn of the schedule ``name``; False when somebody has done so already."""
    return bool(
        count_of(
            """
            INSERT INTO job_queue (id, job_type, payload, priority, max_attempts)
            SELECT %(id)s, turn.job_type, %(payload)s,
                coalesce(lane.priority, 0), coalesce(lane.max_attempts, 3)
            FROM (VALUES (%(job_type)s)) AS turn (job_type) LEFT JOIN job_lanes AS lane USING (job_type)
            ON CONFLICT (id) DO NOTHING
            """,
            {
                "id": slot_id(name, slot),
                "job_type": job_type,
                "payload": Jsonb({**payload, **tracing.carried()}),
            },
        )
    )


def slot_id(name: str, slot: datetime) -> UUID:
    """The id of the job of one turn of the schedule ``name``: the same whoever asks."""
    turn = f"cron:{name}:{slot.astimezone(UTC).isoformat(timespec='seconds')}"
    return UUID(hashlib.md5(turn.encode(), usedforsecurity=False).hexdigest())


def claim(job_types: Collection[str]) -> Claim:
    """Take what is due of these types, within each lane's width and unless it is paused. Attempts stay as they are."""
    # In the same statement, so by the same now(): a row that becomes due between two statements would be in neither.
    rows = rows_of(
        """
        SELECT claimed.*, (
            SELECT extract(epoch FROM min(next.due_at) - now())::float
            FROM unnest(%s::text[]) AS known (job_type), LATERAL (
                SELECT q.scheduled_at FROM job_queue AS q
                WHERE q.status = 'pending' AND q.job_type = known.job_type AND q.scheduled_at > now()
                ORDER BY q.scheduled_at LIMIT 1
            ) AS next (due_at)
        )
        FROM set_config('synchronous_commit', coalesce(%s, current_setting('synchronous_commit')), true)
            LEFT JOIN private.claim_jobs_v2(%s) AS claimed ON true
        """,
        [list(job_types), _haste(), list(job_types)],
    )
    tickets: dict[str, list[Ticket]] = {}
    full_lanes: dict[str, float | None] = {}
    request_ids: dict[UUID, str] = {}
    for job_id, job_type, token, _, _, request_id, wait_s, _ in sorted(rows, key=_run_order):
        if job_type is None:  # nothing at all was claimed
            continue
        if job_id is None:
            full_lanes[job_type] = wait_s
            continue
        tickets.setdefault(job_type, []).append(Ticket(job_id, token))
        if request_id is not None:
            request_ids[job_id] = request_id
    return Claim(tickets, full_lanes, rows[0][-1], request_ids)


def _run_order(row: Sequence[Any]) -> tuple[Any, ...]:
    job_id, _, _, priority, scheduled_at, *_ = row
    return (True,) if job_id is None else (False, -priority, scheduled_at, job_id)


def start(tickets: Collection[Ticket]) -> list[StartedJob]:
    """Begin the attempts these tickets stand for, in their order. A used or withdrawn ticket starts nothing."""
    rows = rows_of(
        """
        SELECT started.*
        FROM set_config('synchronous_commit', coalesce(%s, current_setting('synchronous_commit')), true),
            private.start_jobs_v1(%s, %s, %s) AS started
        """,
        [_haste(), *columns(tickets), _worker(os.getpid())],
    )
    started = {
        job_id: StartedJob(Attempt(job_id, number), json.loads(payload), most, waited_s)
        for job_id, number, payload, most, waited_s in rows
    }
    return [started[ticket.job_id] for ticket in tickets if ticket.job_id in started]


@cache
def _worker(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}"


def _haste() -> str | None:
    """For ``synchronous_commit`` until the statement's end: do not wait for the disk.

    A crash of Postgres then takes back the last second at most, and all of its end: whatever is committed durably has
    everything before it on the disk as well, so what the database holds never rests upon a step that was undone.

    If it takes back a claim or a start, the row is claimed and started again, and whoever worked on it before can
    complete that attempt as well as the next one can: once. A completion that it takes back had nothing committed with
    it. The row is claimed still, by nobody, and is rescued as that of a worker which died a moment before the end: it
    runs once more, or is a dead letter if that was its last attempt. A handler whose work must not be repeated for so
    little asks for ``run.completing()``: inside a transaction the caller has the say.
    """
    return None if connection.in_atomic_block else "off"


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
    ((completed,),) = rows_of(
        """
        SELECT private.complete_jobs_v1(%s, %s)
        FROM set_config('synchronous_commit', coalesce(%s, current_setting('synchronous_commit')), true)
        """,
        [*columns(attempts), _haste()],
    )
    return int(completed)


def release(tickets: Collection[Ticket]) -> int:
    """Give claimed rows back that have not started, and count them. One that has started meanwhile stays claimed."""
    # What the lanes' rates were charged is paid back. The lanes are locked in order, as a claim locks them.
    ((released,),) = rows_of(
        """
        WITH released AS (
            UPDATE job_queue AS q SET status = 'pending', claimed_at = NULL
            FROM unnest(%s::uuid[], %s::int[]) AS ticket (id, token)
            WHERE q.id = ticket.id AND q.status = 'claimed' AND q.attempts = ticket.token
            RETURNING q.job_type
        ), unused AS (
            SELECT released.job_type, count(*) AS starts FROM released GROUP BY released.job_type
        ), charged AS MATERIALIZED (
            SELECT lane.job_type, unused.starts FROM unused JOIN job_lanes AS lane USING (job_type)
            WHERE lane.refilled_at IS NOT NULL ORDER BY lane.job_type FOR NO KEY UPDATE OF lane
        ), refunded AS (
            UPDATE job_lanes AS lane SET
                minute_tokens = lane.minute_tokens + charged.starts, day_tokens = lane.day_tokens + charged.starts
            FROM charged WHERE lane.job_type = charged.job_type
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
        [done, total, shorten(note), *attempt],
    )


def holds(attempt: Attempt) -> bool:
    """Whether the row is still this attempt's: neither cancelled nor taken away."""
    return bool(rows_of("SELECT FROM job_queue WHERE id = %s AND status = 'claimed' AND attempts = %s", [*attempt]))


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
