"""Queueing enrichment or embedding for the shops there are already, a chunk at a time.

Each chunk commits by itself, so a backfill that is stopped keeps what it has queued; the next one passes over the shops
that still wait, and by ``missing`` and ``stale`` over those that are done. By ``all`` it is told where to go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from enrichment.queueing import queue_shops
from enrichment.staleness import STALE_AFTER
from shops.models import Shop, ShopEmbedding

type What = Literal["enrich", "embed"]
type Which = Literal["missing", "stale", "all"]

JOB_TYPES: Final[dict[What, str]] = {"enrich": "enrich_shop", "embed": "generate_embedding"}
CHUNK: Final = 500
PRIORITY: Final = 0
"""Below new shops and the nightly sweep."""


@dataclass(frozen=True)
class Chunk:
    """How many shops were looked at, how many of them were queued, and the last one's id."""

    looked_at: int
    queued: int
    last: UUID


@dataclass(frozen=True)
class Backfill:
    """What to do for which shops. ``model`` is the one that is in use for it.

    ``missing`` are shops that were never enriched, or that have no vector of the model. ``stale`` are shops enriched by
    another model or too long ago, or enriched after they were embedded. With ``after`` only shops with a greater id, to
    go on where a run over ``all`` ended.
    """

    what: What
    which: Which
    model: str
    after: UUID | None = None

    def shops(self) -> QuerySet[Shop]:
        """The live shops it is about, in the order in which they are queued."""
        return _beyond(self.after, Shop.objects.live().filter(self._condition()).order_by("id"))

    def run(self, *, limit: int | None = None) -> Iterator[Chunk]:
        """Queue chunk after chunk, telling of each.

        ``limit`` bounds the shops queued.
        """
        left = limit
        last: UUID | None = None
        while left is None or left > 0:
            size = CHUNK if left is None else min(CHUNK, left)
            chunk = list(_beyond(last, self.shops()).values_list("id", flat=True)[:size])
            if not chunk:
                return
            queued = queue_shops(JOB_TYPES[self.what], chunk, priority=PRIORITY)
            last = chunk[-1]
            left = None if left is None else left - queued
            yield Chunk(looked_at=len(chunk), queued=queued, last=last)

    def _condition(self) -> Q:
        if self.which == "all":
            return Q()
        if self.what == "enrich":
            if self.which == "missing":
                return Q(enriched_at=None)
            return Q(enriched_at__lt=Now() - STALE_AFTER) | (
                Q(enriched_at__isnull=False) & ~Q(enriched_model=self.model)
            )
        vectors = ShopEmbedding.objects.filter(shop=OuterRef("pk"), model=self.model)
        if self.which == "missing":
            return ~Q(Exists(vectors))
        return Q(Exists(vectors.filter(embedded_at__lt=OuterRef("enriched_at"))))


def _beyond(shop_id: UUID | None, shops: QuerySet[Shop]) -> QuerySet[Shop]:
    return shops if shop_id is None else shops.filter(id__gt=shop_id)
