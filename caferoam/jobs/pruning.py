"""What ended long ago goes, so that the table stays as small as the past that anybody looks at.

A job goes with its start and, by the foreign key, its events. Rows of the schedule are jobs like others: while one is
there its turn cannot be queued a second time, so nothing goes before beat has given up on the turn.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from caferoam.jobs.slots import LONGEST_CATCH_UP
from caferoam.jobs.statements import count_of, rows_of

CHUNK: Final = 5000

# Each through the index of its state. A job that ended badly is found by when it was created, which was no later.
_OLD: Final[Mapping[str, str]] = {
    "completed": "status = 'completed' AND completed_at < now() - %(keep)s",
    "failed": "status = 'failed' AND created_at < now() - %(keep)s AND completed_at < now() - %(keep)s",
    "dead_letter": "status = 'dead_letter' AND created_at < now() - %(keep)s AND completed_at < now() - %(keep)s",
}
_ORDER: Final = {"completed": "completed_at", "failed": "created_at", "dead_letter": "created_at"}
_COUNT: Final = "SELECT count(*) FROM job_queue WHERE {old}"
# Ordered, or else the table might be read from its beginning, past all that the chunks before have deleted. A row that
# is locked is just being requeued.
_PRUNE: Final = """
WITH old AS MATERIALIZED (
    SELECT id FROM job_queue WHERE {old} ORDER BY {order} LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM job_queue AS q USING old WHERE q.id = old.id RETURNING q.id
), forgotten AS (
    DELETE FROM job_starts WHERE job_id = ANY (ARRAY(SELECT gone.id FROM gone))
)
SELECT count(*) FROM gone
"""
PRUNE: Final = {state: _PRUNE.format(old=old, order=_ORDER[state]) for state, old in _OLD.items()}


def kept_for() -> Mapping[str, timedelta]:
    """How long jobs are kept after they ended, by the state they ended in.

    Raises:
        ImproperlyConfigured: a turn of the schedule could be forgotten while it may still be made up for.
    """
    kept = {
        "completed": settings.JOBS_KEEP_COMPLETED,
        "failed": settings.JOBS_KEEP_FAILED,
        "dead_letter": settings.JOBS_KEEP_DEAD_LETTERS,
    }
    if min(kept.values()) <= LONGEST_CATCH_UP:
        raise ImproperlyConfigured(
            f"Jobs must be kept for longer than {LONGEST_CATCH_UP.days} days, or turns of the schedule come twice."
        )
    return kept


def prunable() -> Counter[str]:
    """How many jobs would go now, by state."""
    return Counter({state: _one(_COUNT.format(old=_OLD[state]), keep=keep) for state, keep in kept_for().items()})


def prune() -> Iterator[tuple[str, int]]:
    """Delete chunk after chunk, each in a transaction of its own; tells the state and how many of it went.

    Whoever stops listening stops it; the next time goes on.
    """
    for state, keep in kept_for().items():
        gone = CHUNK
        while gone == CHUNK:
            gone = _one(PRUNE[state], keep=keep, limit=CHUNK)
            yield state, gone


def forget_lost_starts() -> int:
    """Delete what is known of starts of jobs that were deleted otherwise; counts them.

    Only old ones are looked up, so that this costs one pass over a small table.
    """
    return count_of(
        "DELETE FROM job_starts AS start WHERE start.started_at < now() - %s"
        " AND NOT EXISTS (SELECT FROM job_queue AS q WHERE q.id = start.job_id)",
        [max(kept_for().values())],
    )


def forget_expired_sessions() -> None:
    """Delete the operators' sessions that have run out."""
    if apps.is_installed("django.contrib.sessions"):
        call_command("clearsessions")


def _one(statement: str, **parameters: object) -> int:
    ((count,),) = rows_of(statement, parameters)
    return int(count)
