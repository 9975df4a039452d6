"""Queueing enrichment or embedding for the shops there are already, a chunk at a time.

Each chunk commits by itself, so a backfill that is stopped keeps what it has queued; the next one passes over the shops
that still wait, and by ``missing`` and ``stale`` over those that are done.
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
class Backfill:
    """What to do for which shops. ``model`` is the one that is in use for it.

    ``missing`` are shops that were never enriched, or that have no vector of the model. ``stale`` are shops enriched by
    another model or too long ago, or enriched after they were embedded.
    """

    what: What
    which: Which
    model: str

    def shops(self) -> QuerySet[Shop]:
        """The live shops it is about, in the order in which they are queued."""
        return Shop.objects.live().filter(self._condition()).order_by("id")

    def run(self, *, limit: int | None = None) -> Iterator[tuple[int, int]]:
        """Queue chunk after chunk, telling for each how many shops it looked at and how many of them it queued.

        ``limit`` bounds the shops queued.
        """
        left = limit
        after: UUID | None = None
        while left is None or left > 0:
            shops = self.shops() if after is None else self.shops().filter(id__gt=after)
            size = CHUNK if left is None else min(CHUNK, left)
            chunk = list(shops.values_list("id", flat=True)[:size])
            if not chunk:
                return
            queued = queue_shops(JOB_TYPES[self.what], chunk, priority=PRIORITY)
            after = chunk[-1]
            left = None if left is None else left - queued
            yield len(chunk), queued

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
