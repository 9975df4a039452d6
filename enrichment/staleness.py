"""Descriptions grow old: every night the oldest are looked at again."""

from datetime import timedelta
from typing import Final

from caferoam.jobs.statements import rows_of

STALE_AFTER: Final = timedelta(days=90)
PRIORITY: Final = 1


def sweep(*, limit: int) -> int:
    """Queue the live shops whose description is older than ``STALE_AFTER``, oldest first, and count them.

    ``limit`` bounds them. Shops whose job waits or runs are passed over and do not count towards it.
    """
    ((queued,),) = rows_of(
        """
        WITH busy AS MATERIALIZED (
            SELECT payload ->> 'shop_id' AS shop_id FROM job_queue WHERE status = 'pending' AND job_type = 'enrich_shop'
            UNION ALL
            SELECT payload ->> 'shop_id' FROM job_queue WHERE status = 'claimed' AND job_type = 'enrich_shop'
        )
        SELECT private.queue_shop_jobs_v2('enrich_shop', ARRAY(
            SELECT shop.id FROM shops AS shop
             WHERE shop.status = 'live' AND shop.enriched_at < now() - %s
               AND NOT EXISTS (SELECT FROM busy WHERE busy.shop_id = shop.id::text)
             ORDER BY shop.enriched_at, shop.id LIMIT %s
        ), %s)
        """,
        [STALE_AFTER, limit, PRIORITY],
    )
    return int(queued)
