"""What live shops lack though no job is about to make it: descriptions and vectors, found every night and queued.

Triggers queue this work together with what makes it necessary, so nothing should ever be found. But jobs can be
discarded or deleted, triggers be switched off for a repair, backups be restored, and models be changed. Work that ended
badly in the last weeks is not queued again: what it needs is an operator.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from enrichment.queueing import FORGIVEN_AFTER, queue_idle_shops

LIMIT: Final = 1000
"""Shops a night, for each kind of work."""
PRIORITY: Final = 2
"""Behind what has just changed, before what is only old."""

_NOT_DESCRIBED: Final = "WHERE shop.status = 'live' AND shop.enriched_at IS NULL"
# A shop that is still to be described gets its vector after that; one that cannot be can at least be found by its name.
_NOT_EMBEDDED: Final = """
      LEFT JOIN shop_embeddings AS embedded ON embedded.shop_id = shop.id AND embedded.model = %(model)s
     WHERE shop.status = 'live' AND (embedded.shop_id IS NULL OR embedded.embedded_at < shop.enriched_at)
       AND (shop.enriched_at IS NOT NULL OR shop.id::text IN (
           SELECT payload ->> 'shop_id' FROM job_queue
            WHERE status IN ('failed', 'dead_letter') AND job_type = 'enrich_shop'))
"""


@dataclass(frozen=True)
class Found:
    """How many shops were queued."""

    to_describe: int
    to_embed: int


def rescue(*, model: str, limit: int = LIMIT) -> Found:
    """Queue what is missing in the current transaction, at most ``limit`` shops of each kind, the oldest first.

    ``model`` is the one whose vectors are in use. Doing it again queues nothing more.
    """
    to_describe = _queue("enrich_shop", _NOT_DESCRIBED, limit)
    to_embed = _queue("generate_embedding", _NOT_EMBEDDED, limit, busy_with=["enrich_shop"], model=model)
    return Found(to_describe, to_embed)


def _queue(job_type: str, lacking: str, limit: int, *, busy_with: Collection[str] = (), **parameters: object) -> int:
    return queue_idle_shops(
        job_type,
        lacking,
        order="shop.created_at",
        limit=limit,
        priority=PRIORITY,
        busy_with=busy_with,
        spare_failed_for=FORGIVEN_AFTER,
        **parameters,
    )
