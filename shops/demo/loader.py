"""Fictional cafés for a fresh database, from ``demo.toml``. Loaded only when asked for."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction

from shops.hours.reading import read_hours
from shops.importers.address import area_of
from shops.models import Shop, ShopReview

DEMO_FILE: Final = Path(__file__).with_name("demo.toml")
REVIEW_SOURCE: Final = "demo"

_NAMESPACE = UUID("6b7f3d5e-4f0c-4a53-9d0e-0c1f2a9d7c11")  # drawn once, for these cafés only
_FIELDS = (
    "name",
    "description",
    "city",
    "district",
    "address",
    "latitude",
    "longitude",
    "mrt",
    "opening_hours_raw",
    "open_minutes",
)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """Counts of cafés, and of reviews that were added."""

    inserted: int
    updated: int
    unchanged: int
    reviews: int


def load_demo() -> DemoReport:
    """Write the demo cafés and their reviews. Loading them again changes nothing; fields a curator locked are kept."""
    wanted = {shop.id: (shop, texts) for shop, texts in _read(DEMO_FILE)}
    with transaction.atomic():
        present = Shop.objects.select_for_update().in_bulk(list(wanted))
        new = [shop for shop_id, (shop, _) in wanted.items() if shop_id not in present]
        changed = [shop for shop_id, shop in present.items() if _take_over(shop, wanted[shop_id][0])]
        Shop.objects.bulk_create(new)
        if changed:
            Shop.objects.bulk_update(changed, _FIELDS)
        reviews = [review for _, texts in wanted.values() for review in texts]
        kept = ShopReview.objects.filter(shop__in=wanted, source=REVIEW_SOURCE)
        known = set(kept.values_list("shop_id", "text_hash"))
        missing = [review for review in reviews if (review.shop_id, review.text_hash) not in known]
        ShopReview.objects.bulk_create(missing)
    return DemoReport(len(new), len(changed), len(present) - len(changed), len(missing))


def _read(file: Path) -> list[tuple[Shop, list[ShopReview]]]:
    with file.open("rb") as stream:
        cafes = tomllib.load(stream)
    return [_cafe(key, cafe) for key, cafe in cafes.items()]


def _cafe(key: str, cafe: dict[str, Any]) -> tuple[Shop, list[ShopReview]]:
    area = area_of(cafe["address"])
    shop = Shop(
        id=uuid5(_NAMESPACE, key),
        source=Shop.Source.DEMO,
        status=Shop.Status.LIVE,
        name=cafe["name"],
        description=cafe["description"].strip(),
        city=area.city,
        district=area.district,
        address=cafe["address"],
        latitude=cafe["latitude"],
        longitude=cafe["longitude"],
        mrt=cafe["mrt"],
        opening_hours_raw=cafe["opening_hours"],
        open_minutes=read_hours(cafe["opening_hours"]),
    )
    return shop, [
        ShopReview(
            shop=shop,
            source=REVIEW_SOURCE,
            rating=review["rating"],
            text=review["text"],
            text_hash=hashlib.sha256(review["text"].encode()).digest(),
        )
        for review in cafe["reviews"]
    ]


def _take_over(shop: Shop, wanted: Shop) -> bool:
    """Bring the unlocked fields in line; returns whether any differed."""
    differing = [
        field for field in _FIELDS if field not in shop.locked_fields and getattr(shop, field) != getattr(wanted, field)
    ]
    for field in differing:
        setattr(shop, field, getattr(wanted, field))
    return bool(differing)
