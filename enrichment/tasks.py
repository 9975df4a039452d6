"""The jobs of enrichment."""

import logging
from datetime import timedelta
from uuid import UUID

from caferoam.jobs import JobBatch, JobRun, job
from caferoam.providers.embeddings import get_embedder
from caferoam.providers.llm import get_describer
from enrichment import embedding, staleness, tagging

logger = logging.getLogger("enrichment")


@job("enrich_shop", queue="llm", width=8, time_limit=timedelta(minutes=3), max_attempts=5, priority=5)
def enrich_shop(run: JobRun, *, shop_id: UUID) -> None:
    """Describe one shop. Safe to run late, or twice: the same input costs nothing."""
    tagging.describe_shop(run, shop_id, get_describer())


@job(
    "generate_embedding",
    queue="embedding",
    width=256,
    batch=64,
    fields={"shop_id": UUID},
    time_limit=timedelta(minutes=3),
    max_attempts=5,
    priority=5,
)
def generate_embedding(batch: JobBatch) -> None:
    """Embed up to 64 shops with one call. Safe to run late, or twice: the same text costs nothing."""
    embedding.embed_shops(batch, get_embedder())


@job("staleness_sweep", queue="maintenance", width=1, time_limit=timedelta(minutes=5))
def staleness_sweep(run: JobRun) -> None:
    """Queue the shops whose description is old."""
    with run.completing():
        queued = staleness.sweep()
    logger.info("staleness sweep: %d shops queued", queued)
