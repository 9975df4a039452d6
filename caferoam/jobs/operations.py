"""What operators do to jobs: any selection of them, in one transaction, noted in ``job_events`` under their name.

Each takes a queryset that is not sliced, changes those of its jobs to which the step applies, and counts these; the
rest is left alone.
"""

from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from caferoam.jobs import queue
from caferoam.jobs.models import Job, JobEvent
from caferoam.jobs.statements import rows_of
from caferoam.jobs.texts import shorten

FURTHER_ATTEMPTS: Final = 3
ROWS_A_STATEMENT: Final = 2000

# By id, and so many at a time: as one statement with the selection in it this took minutes when the planner had not
# heard yet of the 50,000 jobs that had just died. LIKE, because it would look for ids in an index of the states, too.
_OPERATION: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id, status, last_error FROM job_queue
    WHERE id = ANY (%s::uuid[]) AND status LIKE ANY (%s::text[]) AND {applies} ORDER BY id FOR UPDATE
), changed AS (
    UPDATE job_queue AS q SET {change} FROM chosen WHERE q.id = chosen.id
    RETURNING q.id, q.attempts, q.status, chosen.status AS earlier, chosen.last_error
), noted AS (
    INSERT INTO job_events (job_id, kind, attempt, started_at, detail, actor)
    SELECT changed.id, %s, changed.attempts, start.started_at, coalesce(changed.last_error, ''), %s
    FROM changed LEFT JOIN job_starts AS start
        ON changed.earlier = 'claimed' AND start.job_id = changed.id AND start.attempt = changed.attempts
), forgotten AS (
    DELETE FROM job_starts AS start USING changed WHERE start.job_id = changed.id AND changed.status = 'pending'
)
SELECT count(*) FROM changed
"""


def requeue(jobs: QuerySet[Job], *, by: str) -> int:
    """Let jobs that ended badly run again now, with three further attempts."""
    return _operate(
        jobs,
        states=[Job.Status.FAILED, Job.Status.DEAD_LETTER],
        change="status = 'pending', scheduled_at = now(), completed_at = NULL, max_attempts = q.attempts + %s",
        change_parameters=[FURTHER_ATTEMPTS],
        kind=JobEvent.Kind.REQUEUED,
        by=by,
        wake=True,
    )


def discard(jobs: QuerySet[Job], *, by: str) -> int:
    """Give up jobs that wait or are dead letters: they become ``failed``, and nobody need look at them again."""
    return _give_up(jobs, [Job.Status.PENDING, Job.Status.DEAD_LETTER], "discarded", JobEvent.Kind.DISCARDED, by)


def cancel(jobs: QuerySet[Job], *, by: str) -> int:
    """End jobs that wait or run: they become ``failed``.

    What a running one writes is rolled back when it ends, because the row is no longer its own; a handler that asks
    ``is_cancelled()`` ends sooner. What it did to the outside world stays.
    """
    return _give_up(jobs, [Job.Status.PENDING, Job.Status.CLAIMED], "cancelled", JobEvent.Kind.CANCELLED, by)


def run_now(jobs: QuerySet[Job], *, by: str) -> int:
    """Make waiting jobs due whose time has not come."""
    return _operate(
        jobs,
        states=[Job.Status.PENDING],
        applies="scheduled_at > now()",
        change="scheduled_at = now()",
        change_parameters=[],
        kind=JobEvent.Kind.HASTENED,
        by=by,
        wake=True,
    )


def _give_up(jobs: QuerySet[Job], states: list[Job.Status], verb: str, kind: JobEvent.Kind, by: str) -> int:
    change = (
        "status = 'failed', completed_at = now(), claimed_at = NULL,"
        " last_error = left(%s || coalesce('; before: ' || q.last_error, ''), 500)"
    )
    reason = shorten(f"{verb} by {by}")
    return _operate(jobs, states=states, change=change, change_parameters=[reason], kind=kind, by=by)


def _operate(
    jobs: QuerySet[Job],
    *,
    states: list[Job.Status],
    applies: str = "true",
    change: str,
    change_parameters: list[Any],
    kind: JobEvent.Kind,
    by: str,
    wake: bool = False,
) -> int:
    statement = _OPERATION.format(applies=applies, change=change)
    changed = 0
    with transaction.atomic():
        ids = jobs.filter(status__in=states).order_by("pk").values_list("pk", flat=True)
        for some in batched(ids, ROWS_A_STATEMENT):
            ((of_some,),) = rows_of(statement, [list(some), states, *change_parameters, kind.value, by])
            changed += of_some
        if wake and changed:
            queue.notify("")
    return changed
