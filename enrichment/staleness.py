"""Descriptions grow old: every night the oldest are looked at again."""

from datetime import timedelta
from typing import Final

from django.db import connection

STALE_AFTER: Final = timedelta(days=90)
DAILY_LIMIT: Final = 500
"""Shops a night. A sweep must not bury the day's new shops, nor spend a month's budget at once."""
PRIORITY: Final = 1


def sweep(*, limit: int = DAILY_LIMIT) -> int:
    """Queue the live shops whose description is older than ``STALE_AFTER``, oldest first, and count them.

    Shops that wait already are passed over and do not count towards ``limit``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT private.queue_shop_jobs_v1('enrich_shop', ARRAY(
                SELECT shop.id FROM shops AS shop
                 WHERE shop.status = 'live' AND shop.enriched_at < now() - make_interval(secs => %s)
                   AND NOT EXISTS (
                       SELECT FROM job_queue AS q
                        WHERE q.payload ->> 'shop_id' = shop.id::text AND q.job_type = 'enrich_shop'
                          AND q.status = 'pending' AND q.payload ? 'shop_id')
                 ORDER BY shop.enriched_at, shop.id LIMIT %s
            ), %s)
            """,
            [STALE_AFTER.total_seconds(), limit, PRIORITY],
        )
        ((queued,),) = cursor.fetchall()
        return int(queued)
