"""A shop as lists and search results show it: plain data, made from one row, in one place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypedDict
from urllib.parse import quote

from django.conf import settings

from shops.hours.telling import opening
from shops.hours.week import read_open_week
from shops.search.vocabulary import Vocabulary

SUMMARY_COLUMNS: Final = (
    "id",
    "name",
    "city",
    "district",
    "address",
    "latitude",
    "longitude",
    "mrt",
    "rating",
    "rating_count",
    "price_level",
    "summary_zh",
    "summary_en",
    "mode_work",
    "mode_rest",
    "mode_social",
    "open_minutes",
)
# As text, which this reads faster than the driver does.
SUMMARY_SQL: Final = ", ".join(f"s.{column}" for column in SUMMARY_COLUMNS[:-1]) + ", s.open_minutes::text"
"""The columns of ``shops s`` for :func:`shop_summary`, in order."""


class TagSummary(TypedDict):
    """A tag of a shop."""

    id: str
    dimension: str
    label: str
    label_zh: str
    confidence: float


def shop_summary(
    values: Sequence[object], confidences: Mapping[int, float], vocabulary: Vocabulary, *, now: datetime
) -> dict[str, object]:
    """The shop of a row of ``SUMMARY_SQL``, with its tags, the surest first, and whether it is open at ``now``."""
    shop = dict(zip(SUMMARY_COLUMNS, values, strict=True))
    shop["id"] = str(shop["id"])
    shop["modes"] = modes(shop.pop("mode_work"), shop.pop("mode_rest"), shop.pop("mode_social"))
    hours = shop.pop("open_minutes")
    shop |= opening(read_open_week(str(hours)) if hours is not None else None, now)
    shop["tags"] = tag_summaries(confidences, vocabulary)
    return shop


def modes(work: object, rest: object, social: object) -> dict[str, object] | None:
    """How well a shop fits each mode, 0 to 1; None while nobody knows."""
    return None if work is None else {"work": work, "rest": rest, "social": social}


def tag_summaries(confidences: Mapping[int, float], vocabulary: Vocabulary) -> list[TagSummary]:
    """The tags behind these numbers. A tag too new for this process's vocabulary is left out for some seconds."""
    found: list[TagSummary] = []
    for less, number in sorted([(-confidence, number) for number, confidence in confidences.items()]):
        tag = vocabulary.by_number.get(number)
        if tag is not None:
            found.append(
                {
                    "id": tag.id,
                    "dimension": tag.dimension,
                    "label": tag.label,
                    "label_zh": tag.label_zh,
                    "confidence": round(-less, 4),
                }
            )
    return found


def photo(bucket: str, path: str, width: int, height: int) -> dict[str, object]:
    """A photo of a shop. It lies in a public bucket, so its address needs no signature."""
    return {
        "url": f"{settings.SUPABASE_URL}/storage/v1/object/public/{quote(f'{bucket}/{path}')}",
        "width": width,
        "height": height,
    }


def read_tag_vector(literal: str) -> dict[int, float]:
    """Confidences by tag number, from a sparsevec as Postgres writes it: ``{1:0.9,201:0.5}/1024``."""
    inner = literal[1 : literal.index("}")]
    if not inner:
        return {}
    return {int(number): float(value) for number, value in [pair.split(":") for pair in inner.split(",")]}
