"""Cafés for tests, written as owner through the models."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from shops.models import Shop, ShopEmbedding, ShopTag
from shops.models.search import VECTOR_DIMENSIONS

TAIPEI_101 = (25.0339, 121.5645)


def make_shop(
    name: str,
    tags: Mapping[str, float] | None = None,
    *,
    quote: str = "",
    status: str = Shop.Status.LIVE,
    **fields: Any,
) -> Shop:
    """A café at Taipei 101 unless told otherwise. ``quote`` becomes the evidence of all its tags."""
    latitude, longitude = fields.pop("place", TAIPEI_101)
    shop = Shop.objects.create(name=name, status=status, latitude=latitude, longitude=longitude, **fields)
    evidence = [{"quote": quote, "review_id": None, "field": "review"}] if quote else []
    ShopTag.objects.bulk_create(
        [
            ShopTag(shop=shop, tag_id=tag_id, source=ShopTag.Source.OFFLINE, confidence=confidence, evidence=evidence)
            for tag_id, confidence in (tags or {}).items()
        ]
    )
    return shop


def embed(shop: Shop, vector: Sequence[float], *, model: str) -> None:
    """Give a shop a vector, padded with zeros."""
    padded = [*vector, *[0.0] * (VECTOR_DIMENSIONS - len(vector))]
    digest = hashlib.sha256(repr(vector).encode()).digest()
    ShopEmbedding.objects.create(shop=shop, model=model, input_hash=digest, embedding=padded)
