"""Descriptions grow old: every night the oldest are looked at again."""

from datetime import timedelta
from typing import Final

from enrichment.queueing import FORGIVEN_AFTER, queue_idle_shops

STALE_AFTER: Final = timedelta(days=90)
PRIORITY: Final = 1


def sweep(*, limit: int) -> int:
    """Queue the live shops whose description is older than ``STALE_AFTER``, oldest first, and count them.

    ``limit`` bounds them. Shops whose job waits or runs are passed over and do not count towards it. Nor do those whose
    job ended badly lately: their description stays the oldest, so they would take the others' place every night.
    """
    return queue_idle_shops(
        "enrich_shop",
        "WHERE shop.status = 'live' AND shop.enriched_at < now() - %(stale_after)s",
        order="shop.enriched_at",
        limit=limit,
        priority=PRIORITY,
        spare_failed_for=FORGIVEN_AFTER,
        stale_after=STALE_AFTER,
    )
