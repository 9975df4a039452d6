"""Queueing jobs for many shops in one statement, none for a shop for which one waits already."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection


def queue_shops(job_type: str, shop_ids: Collection[UUID], *, priority: int | None = None) -> int:
    """Queue a job of this type for each shop without a waiting one, in the current transaction, and count them.

    ``priority`` defaults to the job type's own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT private.queue_shop_jobs_v2(%s, %s, %s)", [job_type, list(shop_ids), priority])
        ((queued,),) = cursor.fetchall()
        return int(queued)
