"""The jobs of enrichment."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.jobs import JobBatch, JobRun, PayloadError, job
from caferoam.providers.llm import get_describer, get_menu_reader
from caferoam.providers.llm.batches import BatchDescriber
from caferoam.providers.storage import service_storage
from enrichment import distinctiveness, drift, embedding, menus, staleness, tagging
from enrichment.batches import collecting
from enrichment.reembedding import building
from enrichment.reembedding.active import active, embedder_for, load_searched

logger = logging.getLogger("enrichment")


@signals.celeryd_after_setup.connect
def share_the_describer(*, instance: Any, **_: object) -> None:
    """Load a vendor's SDK before the pool is forked. A worker without its key, or its model's price, does not start."""
    if "llm" in instance.app.amqp.queues.consume_from:
        try:
            get_describer()
            get_menu_reader()
        except ImproperlyConfigured as exc:
            raise SystemExit(str(exc)) from exc  # the signal would only log any other


@signals.celeryd_after_setup.connect
def share_the_embedder(*, instance: Any, **_: object) -> None:
    """Load the model before the pool is forked: its processes then hold one copy together instead of one each."""
    if "embedding" in instance.app.amqp.queues.consume_from:
        load_searched()


@job("enrich_shop", queue="llm", width=8, time_limit=timedelta(minutes=3), max_attempts=5, priority=5, needs=["llm"])
def enrich_shop(run: JobRun, *, shop_id: UUID) -> None:
    """Describe one shop. Safe to run late, or twice: the same input costs nothing."""
    tagging.describe_shop(run, shop_id, get_describer())


@job(
    "enrich_menu_photo",
    queue="llm",
    width=2,
    time_limit=timedelta(minutes=3),
    max_attempts=5,
    priority=5,
    needs=["llm", "storage"],
)
def enrich_menu_photo(run: JobRun, *, shop_id: UUID, upload_id: UUID, user_id: UUID) -> None:
    """Read a member's photo of a menu. Safe to run late, or twice: the same photo says the same."""
    menus.read_photo(run, get_menu_reader(), service_storage(), shop_id=shop_id, upload_id=upload_id, user_id=user_id)


@job(
    "generate_embedding",
    queue="embedding",
    width=256,
    batch=64,
    fields={"shop_id": UUID},
    time_limit=timedelta(minutes=3),
    max_attempts=5,
    priority=5,
    needs=["embeddings"],
)
def generate_embedding(batch: JobBatch) -> None:
    """Embed up to 64 shops with one call. Safe to run late, or twice: the same text costs nothing."""
    embedding.embed_shops(batch, embedder_for(active()))


@job(
    "reembed_shop",
    queue="embedding",
    width=256,
    batch=64,
    fields={"shop_id": UUID},
    time_limit=timedelta(minutes=3),
    max_attempts=5,
    priority=4,
    needs=["embeddings"],
)
def reembed_shop(batch: JobBatch) -> None:
    """Embed up to 64 shops by the model that is to be searched next. Safe to run late, or twice, or when it is."""
    building.embed_for_the_next(batch)


@job("staleness_sweep", queue="maintenance", width=1, time_limit=timedelta(minutes=5))
def staleness_sweep(run: JobRun, *, limit: int | None = None) -> None:
    """Queue the shops whose description is old, at most ``limit``, or as many as the settings say."""
    limit = settings.STALENESS_DAILY_LIMIT if limit is None else limit
    _check_limit(limit)
    with run.completing():
        queued = staleness.sweep(limit=limit)
    logger.info("staleness sweep: %d shops queued", queued)


@job("collect_llm_batches", queue="maintenance", width=1, time_limit=timedelta(minutes=30), needs=["llm"])
def collect_llm_batches(run: JobRun) -> None:
    """Collect the answers to batches. Safe to break off, and to run twice: each answer is used and paid for once."""
    describer = get_describer()
    if isinstance(describer, BatchDescriber):
        collecting.collect(describer, is_cancelled=run.is_cancelled)


@job("drift_rescue", queue="maintenance", width=1, time_limit=timedelta(minutes=10), needs=["embeddings"])
def drift_rescue(run: JobRun, *, limit: int = drift.LIMIT) -> None:
    """Queue what shops lack and no job is about to make, and weigh all tags anew."""
    _check_limit(limit)
    # Commits by itself, and first: nothing below may keep it back.
    found = drift.rescue(model=active().model, limit=limit)
    logger.info("drift rescue: %d shops queued to be described, %d to be embedded", found.to_describe, found.to_embed)
    weighed = 0
    for done, total, changed in distinctiveness.refresh_all():  # this too commits by itself
        weighed += changed
        run.progress(done, total, "tags weighed anew")
        if run.is_cancelled():
            return
    logger.info("drift rescue: %d tags weighed anew", weighed)


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise PayloadError("limit", "must be 1 or more")
