"""Filling the vectors of a model that is to be searched next.

Every shop gets its vector from a job of the type ``reembed_shop``: its lane has its own width, pauses and budget, so
that neither model's vendor holds up the other's. Jobs are queued for what lacks a vector, and by a trigger for what
changes meanwhile. A vector counts once it was made or found to be right since the building began, and since its shop
was last described: that makes going back to a model that was searched before cheap, as what has not changed is not
embedded again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from caferoam.jobs import JobBatch
from caferoam.jobs.statements import rows_of
from enrichment import embedding
from enrichment.models import EmbeddingModel
from enrichment.queueing import queue_idle_shops
from enrichment.reembedding.active import Status, active, being_built, embedder_for, lock_models

JOB_TYPE: Final = "reembed_shop"
CHUNK: Final = 500
PRIORITY: Final = 0
KEPT_AFTER: Final = timedelta(minutes=10)
"""So long after a switch the old model's vectors stay: processes that have not heard of it need them."""

# A shop that has no vector at all, as it was not described yet, loses nothing by a switch: it gets its first one when
# it is described, of whatever model is searched then.
_LACKING: Final = """
      LEFT JOIN shop_embeddings AS made ON made.shop_id = shop.id AND made.model = %(model)s
     WHERE shop.status = 'live'
       AND (made.shop_id IS NULL OR made.embedded_at < greatest(shop.enriched_at, %(since)s))
       AND (shop.enriched_at IS NOT NULL
            OR EXISTS (SELECT FROM shop_embeddings AS searched
                        WHERE searched.shop_id = shop.id AND searched.model = %(searched)s))
"""
# Each state by itself, so that its own small index is read and never the whole history.
_PROGRESS: Final = f"""
WITH lacking AS MATERIALIZED (
    SELECT shop.id::text AS id FROM shops AS shop {_LACKING}
), at_work AS MATERIALIZED (
    SELECT payload ->> 'shop_id' AS id FROM job_queue WHERE status = 'pending' AND job_type = %(job_type)s
    UNION
    SELECT payload ->> 'shop_id' FROM job_queue WHERE status = 'claimed' AND job_type = %(job_type)s
), ended_badly AS MATERIALIZED (
    SELECT payload ->> 'shop_id' AS id FROM job_queue
     WHERE status IN ('failed', 'dead_letter') AND job_type = %(job_type)s AND completed_at >= %(since)s
), open AS MATERIALIZED (
    SELECT id FROM lacking
    UNION
    SELECT at_work.id FROM at_work JOIN shops AS shop ON shop.id::text = at_work.id AND shop.status = 'live'
)
SELECT (SELECT count(*) FROM shops WHERE status = 'live'),
       (SELECT count(*) FROM open),
       (SELECT count(*) FROM open JOIN at_work USING (id)),
       (SELECT count(*) FROM (
           SELECT id FROM lacking INTERSECT SELECT id FROM ended_badly EXCEPT SELECT id FROM at_work
       ) AS failed)
"""  # noqa: S608 - of constants of this module
_FAILURES: Final = """
SELECT DISTINCT ON (shop.id) shop.id, shop.name, job.status, job.last_error
  FROM job_queue AS job JOIN shops AS shop ON shop.id::text = job.payload ->> 'shop_id' AND shop.status = 'live'
 WHERE job.status IN ('failed', 'dead_letter') AND job.job_type = %(job_type)s AND job.completed_at >= %(since)s
   AND shop.id IN (SELECT shop.id FROM shops AS shop {lacking})
 ORDER BY shop.id, job.completed_at DESC LIMIT %(limit)s
"""


class ReembeddingError(Exception):
    """It cannot be done as things are; the message says why."""


class BuildingEndedError(ReembeddingError):
    """Somebody else has given it up, or changed over to it."""


class ModelsBusyError(ReembeddingError):
    """Somebody has been writing shops for seconds, in one transaction. Try again."""


@dataclass(frozen=True)
class Progress:
    """How far a building has come, in live shops.

    ``open`` ones have no vector that counts, or a job that may still change it. Of them, for ``at_work`` a job waits or
    runs, and ``failed`` are those whose job ended badly. The others are to be queued.
    """

    live: int
    open: int
    at_work: int
    failed: int


@dataclass(frozen=True)
class Failure:
    """Why a shop has no vector of the model."""

    shop_id: UUID
    name: str
    status: str
    error: str


@contextmanager
def nobody_writes_shops() -> Iterator[None]:
    """A transaction that waits for all that write shops, holds up those that come, and alone may change the models.

    Whatever changes a shop thus sees the models either as they were before it or as they are after it, and so does the
    trigger that queues what follows from the change.

    Raises:
        ModelsBusyError: somebody writes for longer than one may hold up others for.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            lock_models()
            cursor.execute("LOCK TABLE shops IN SHARE MODE")
            yield
    except OperationalError as exc:
        if isinstance(exc.__cause__, LockNotAvailable):
            raise ModelsBusyError("Cafés are being written, by an import perhaps: try again.") from exc
        raise


def begin(model: str, provider: str) -> EmbeddingModel:
    """Let a model's vectors be built, or go on with that.

    Raises:
        ReembeddingError: another is being built, or this one is searched already.
        ModelsBusyError: try again.
    """
    active()
    with nobody_writes_shops():
        current = being_built()
        if current is not None and (current.model, current.provider) == (model, provider):
            return current
        if current is not None:
            raise ReembeddingError(
                f"{current.model} ({current.provider}) is being built since"
                f" {timezone.localtime(current.started_at):%Y-%m-%d %H:%M}: finish that (reembed --model), or give it"
                " up (reembed --abort)."
            )
        if active().model == model:
            raise ReembeddingError(f"{model} is searched already.")
        EmbeddingModel.objects.update_or_create(
            model=model,
            defaults={
                "provider": provider,
                "status": Status.BUILDING,
                "started_at": Now(),
                "activated_at": None,
                "retired_at": None,
            },
        )
        return EmbeddingModel.objects.get(model=model)


def check(row: EmbeddingModel) -> None:
    """Look whether it is still being built.

    Raises:
        BuildingEndedError: it is not.
    """
    if being_built() != row:
        raise BuildingEndedError(f"{row.model} is not being built any more.")


def queue_lacking(row: EmbeddingModel, *, chunk: int = CHUNK) -> Iterator[int]:
    """Queue jobs for all that lacks a vector and was not tried in vain, telling of each chunk, once it is committed."""
    while queued := queue_idle_shops(
        JOB_TYPE,
        _LACKING,
        order="shop.id",
        limit=chunk,
        priority=PRIORITY,
        spare_failed_for=max(timedelta(), timezone.now() - row.started_at),
        **_parameters(row),
    ):
        yield queued


def progress(row: EmbeddingModel) -> Progress:
    """How far the building has come, as the database is at this moment."""
    ((live, still_open, at_work, failed),) = rows_of(_PROGRESS, {"job_type": JOB_TYPE, **_parameters(row)})
    return Progress(live, still_open, at_work, failed)


def failures(row: EmbeddingModel, *, limit: int) -> list[Failure]:
    """Some of the shops whose job ended badly, and why."""
    rows = rows_of(_FAILURES.format(lacking=_LACKING), {"job_type": JOB_TYPE, "limit": limit, **_parameters(row)})
    return [Failure(shop_id, name, status, error) for shop_id, name, status, error in rows]


def _parameters(row: EmbeddingModel) -> dict[str, Any]:
    return {"model": row.model, "since": row.started_at, "searched": active().model}


def embed_for_the_next(batch: JobBatch) -> None:
    """Bring the vectors of the batch's shops up to date for the model that is being built, and complete its jobs.

    Jobs that are left over when none is being built do so for the one that is searched.

    Raises:
        ProviderUnavailable: from the embedder, or there is no key for it here.
        LeaseLost: a job was taken away; nothing was written.
    """
    row = being_built() or active()
    embedding.embed_shops(batch, embedder_for(row), purpose=JOB_TYPE, store=partial(_store, row))


def _store(row: EmbeddingModel, made: embedding.Draft) -> None:
    # Who gives the model up waits for this, and finds the vectors; or it was faster, and none are left behind.
    if rows_of("SELECT model FROM embedding_models WHERE model = %s FOR KEY SHARE", [row.model]):
        embedding.write(made, since=row.started_at)


def abort() -> EmbeddingModel | None:
    """Give up what is being built, if anything is. ``clear`` then deletes its vectors."""
    with transaction.atomic():
        lock_models()
        row = being_built()
        if row is not None:
            EmbeddingModel.objects.filter(model=row.model).delete()
    return row


def forget_retired() -> list[str]:
    """Forget the models that are no longer searched, but for one that was until just now. ``clear`` then deletes."""
    with transaction.atomic():
        lock_models()
        old = EmbeddingModel.objects.filter(
            status=Status.RETIRED,
            pk__in=EmbeddingModel.objects.annotate(ended_at=Coalesce(F("retired_at"), F("started_at")))
            .filter(ended_at__lt=Now() - KEPT_AFTER)
            .values("pk"),
        )
        names = list(old.values_list("model", flat=True))
        EmbeddingModel.objects.filter(model__in=names).delete()
    return names


def clear(*, chunk: int = CHUNK) -> Iterator[int]:
    """Delete the vectors of models that are neither searched nor built nor kept, in chunks, telling of each.

    May be stopped at any time, and repeated.
    """
    active()
    while deleted := _clear_chunk(chunk):
        yield deleted


def _clear_chunk(limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody begins to build a model again whose vectors are just being deleted.
        cursor.execute("LOCK TABLE embedding_models IN SHARE MODE")
        cursor.execute(
            """
            DELETE FROM shop_embeddings WHERE (model, shop_id) IN (
                SELECT model, shop_id FROM shop_embeddings
                 WHERE model NOT IN (SELECT model FROM embedding_models) LIMIT %s)
            """,
            [limit],
        )
        return int(cursor.rowcount)
