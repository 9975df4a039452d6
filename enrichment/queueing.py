"""Queueing jobs for many shops in one statement, none for a shop for which one waits already."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from caferoam.jobs.statements import rows_of

FORGIVEN_AFTER: Final = timedelta(days=30)
"""How long what queues work of itself leaves out a shop for which that work ended badly: it needs an operator."""

# By EXCEPT, which hashes or sorts both sides: a join, when statistics lag behind a backfill, becomes a nested loop that
# takes minutes. Each state by itself, so that its own small index is read and never the whole history.
_QUEUE_IDLE: Final = """
SELECT private.queue_shop_jobs_v2(%(job_type)s, ARRAY(
    SELECT shop.id FROM shops AS shop JOIN (
        SELECT shop.id::text AS id FROM shops AS shop {which}
        EXCEPT (
            SELECT payload ->> 'shop_id' FROM job_queue WHERE status = 'pending' AND job_type = ANY (%(busy_with)s)
            UNION ALL
            SELECT payload ->> 'shop_id' FROM job_queue WHERE status = 'claimed' AND job_type = ANY (%(busy_with)s)
            UNION ALL
            SELECT payload ->> 'shop_id' FROM job_queue
             WHERE status IN ('failed', 'dead_letter') AND job_type = %(job_type)s
               AND completed_at > now() - %(spare_failed_for)s
        )
    ) AS idle ON shop.id = idle.id::uuid
     ORDER BY {order}, shop.id LIMIT %(limit)s
), %(priority)s)
"""


def queue_shops(job_type: str, shop_ids: Collection[UUID], *, priority: int | None = None) -> int:
    """Queue a job of this type for each shop without a waiting one, in the current transaction, and count them.

    ``priority`` defaults to the job type's own.
    """
    ((queued,),) = rows_of("SELECT private.queue_shop_jobs_v2(%s, %s, %s)", [job_type, list(shop_ids), priority])
    return int(queued)


def queue_idle_shops(
    job_type: str,
    which: str,
    *,
    order: str,
    limit: int,
    priority: int,
    busy_with: Collection[str] = (),
    spare_failed_for: timedelta = timedelta(),
    **parameters: object,
) -> int:
    """The same for the first ``limit`` shops of a selection that are idle: no such job waits or runs for them.

    Args:
        which: what follows ``FROM shops AS shop`` in SQL: joins, and ``WHERE``. Its ``parameters`` are given by name.
        busy_with: other job types that must not wait or run for a shop either.
        spare_failed_for: leave out shops whose job ended badly no longer ago.
    """
    ((queued,),) = rows_of(
        _QUEUE_IDLE.format(which=which, order=order),
        {
            "job_type": job_type,
            "busy_with": [job_type, *busy_with],
            "spare_failed_for": spare_failed_for,
            "limit": limit,
            "priority": priority,
            **parameters,
        },
    )
    return int(queued)
