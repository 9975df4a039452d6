"""What live shops lack though no job is about to make it: descriptions and vectors, found every night and queued.

Triggers queue this work together with what makes it necessary, so nothing should ever be found. But jobs can be
discarded or deleted, triggers be switched off for a repair, backups be restored, and models be changed. Work that ended
badly in the last weeks is not queued again: what it needs is an operator.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from caferoam.jobs.statements import rows_of

LIMIT: Final = 1000
"""Shops a night, for each kind of work."""
PRIORITY: Final = 2
"""Behind what has just changed, before what is only old."""
FORGIVEN_AFTER: Final = timedelta(days=30)

# Each state by itself, so that its own small index is read and never the whole history.
_QUEUE: Final = """
WITH spoken_for AS MATERIALIZED (
    SELECT payload ->> 'shop_id' AS shop_id FROM job_queue WHERE status = 'pending' AND job_type = ANY (%(busy_with)s)
    UNION ALL
    SELECT payload ->> 'shop_id' FROM job_queue WHERE status = 'claimed' AND job_type = ANY (%(busy_with)s)
    UNION ALL
    SELECT payload ->> 'shop_id' FROM job_queue
     WHERE status IN ('failed', 'dead_letter') AND job_type = %(job_type)s AND completed_at > now() - %(forgiven_after)s
)
SELECT private.queue_shop_jobs_v2(%(job_type)s, ARRAY(
    SELECT shop.id FROM shops AS shop {lacking}
       AND NOT EXISTS (SELECT FROM spoken_for WHERE spoken_for.shop_id = shop.id::text)
     ORDER BY shop.created_at, shop.id LIMIT %(limit)s
), %(priority)s)
"""
_DESCRIBE: Final = _QUEUE.format(lacking="WHERE shop.status = 'live' AND shop.enriched_at IS NULL")
# A shop that is still to be described gets its vector after that; one that cannot be can at least be found by its name.
_EMBED: Final = _QUEUE.format(
    lacking="""
      LEFT JOIN shop_embeddings AS embedded ON embedded.shop_id = shop.id AND embedded.model = %(model)s
     WHERE shop.status = 'live' AND (embedded.shop_id IS NULL OR embedded.embedded_at < shop.enriched_at)
       AND (shop.enriched_at IS NOT NULL OR shop.id::text IN (
           SELECT payload ->> 'shop_id' FROM job_queue
            WHERE status IN ('failed', 'dead_letter') AND job_type = 'enrich_shop'))
    """
)


@dataclass(frozen=True)
class Found:
    """How many shops were queued."""

    to_describe: int
    to_embed: int


def rescue(*, model: str, limit: int = LIMIT) -> Found:
    """Queue what is missing in the current transaction, at most ``limit`` shops of each kind, the oldest first.

    ``model`` is the one whose vectors are in use. Doing it again queues nothing more.
    """
    bounds = {"limit": limit, "priority": PRIORITY, "forgiven_after": FORGIVEN_AFTER}
    ((to_describe,),) = rows_of(_DESCRIBE, {"job_type": "enrich_shop", "busy_with": ["enrich_shop"], **bounds})
    making_vectors = {"job_type": "generate_embedding", "busy_with": ["generate_embedding", "enrich_shop"]}
    ((to_embed,),) = rows_of(_EMBED, {**making_vectors, "model": model, **bounds})
    return Found(to_describe, to_embed)
