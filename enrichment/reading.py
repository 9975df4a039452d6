"""What a describer is shown of a shop, and a hash that tells whether it was shown exactly that before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Least, Left, Length

from caferoam.providers.llm import DescribeRequest, Facts, Review, Taxonomy
from shops.models import Shop, ShopReview
from shops.taxonomy import load_definitions

MAX_REVIEWS: Final = 50
MAX_REVIEW_CHARS: Final = 2000
"""Cut in the database, so that a text of any length costs neither memory nor tokens."""
FULL_REVIEW_CHARS: Final = 300
"""Longer ones tell no more than this, so among them the newer goes first."""


@dataclass(frozen=True)
class Reading:
    """One shop as it was when it was read."""

    shop_id: UUID
    request: DescribeRequest
    described_as: bytes | None
    """``Shop.enrichment_input_hash`` at that time."""

    def input_hash(self, model: str) -> bytes:
        """SHA-256 over all that the describer sees and its model: the same hash means the same answer."""
        shown = {
            "model": model,
            "taxonomy": self.request.taxonomy.version,
            "facts": asdict(self.request.facts),
            "attributes": self.request.attributes,
            "reviews": [[str(review.id), review.text] for review in self.request.reviews],
        }
        canonical = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).digest()

    @cached_property
    def sources(self) -> Mapping[UUID | str, str]:
        """The texts that may be quoted, by review or by field."""
        texts: dict[UUID | str, str] = {}
        texts.update(asdict(self.request.facts))
        texts.update({f"attributes.{name}": str(value) for name, value in self.request.attributes.items()})
        texts.update({review.id: review.text for review in self.request.reviews})
        return texts

    def is_current(self, shop: Shop) -> bool:
        """Whether the row still says what was read, and nobody has described it since."""
        return (facts_of(shop), shop.attributes, _as_bytes(shop.enrichment_input_hash)) == (
            self.request.facts,
            self.request.attributes,
            self.described_as,
        )


def read(shop_id: UUID) -> Reading | None:
    """Read a shop and what visitors wrote of it; None when it is gone or not live."""
    shop = Shop.objects.live().filter(pk=shop_id).first()
    if shop is None:
        return None
    return Reading(
        shop_id=shop_id,
        request=DescribeRequest(
            facts=facts_of(shop), attributes=shop.attributes, reviews=_reviews(shop_id), taxonomy=current_taxonomy()
        ),
        described_as=_as_bytes(shop.enrichment_input_hash),
    )


def facts_of(shop: Shop) -> Facts:
    """The facts in a row. Whatever is added here belongs into the trigger ``enrich_on_update`` as well."""
    return Facts(
        name=shop.name,
        city=shop.city,
        district=shop.district,
        address=shop.address,
        mrt=shop.mrt,
        description=shop.description,
        opening_hours=shop.opening_hours_raw,
    )


def _reviews(shop_id: UUID) -> tuple[Review, ...]:
    """The fullest reviews; among equally full ones the newest."""
    chosen: QuerySet[ShopReview, tuple[UUID, str]] = (
        ShopReview.objects.filter(shop_id=shop_id)
        .annotate(start=Left("text", MAX_REVIEW_CHARS), fullness=Least(Length("text"), Value(FULL_REVIEW_CHARS)))
        .order_by(F("fullness").desc(), F("created_at").desc(), "id")
        .values_list("id", "start")[:MAX_REVIEWS]
    )
    return tuple(Review(review_id, text) for review_id, text in chosen)


_known: dict[str, Taxonomy] = {}


def current_taxonomy() -> Taxonomy:
    """The taxonomy of the table. Each call asks only for its fingerprint; the tags are read when that has changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(tag::text, chr(10) ORDER BY number)) FROM taxonomy_tags AS tag")
        ((fingerprint,),) = cursor.fetchall()
    taxonomy = _known.get(fingerprint)
    if taxonomy is None:
        taxonomy = Taxonomy(tuple(load_definitions()))
        _known.clear()
        _known[fingerprint] = taxonomy
    return taxonomy


def _as_bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
