"""Reading the directory: pages of shops, one shop with all there is to say of it, and the taxonomy.

A page is one statement: what sorts and filters stands in ``shop_search``, which also holds the tags; the rest of
the page's shops is looked up by key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.http import Http404

from caferoam.api.pagination import Keyset
from shops.filters import DISTANCE_M, ShopFilters
from shops.hours.telling import opening, week_hours
from shops.hours.week import OpenWeek
from shops.models import EffectiveShopTag, MenuItem, Shop, ShopPhoto, TaxonomyTag
from shops.search.vocabulary import Vocabulary
from shops.summary import SUMMARY_COLUMNS, SUMMARY_SQL, modes, photo, read_tag_vector, shop_summary


@dataclass(frozen=True, slots=True)
class _Order:
    """A sort key that is never null, so that a page can begin behind any of its values."""

    key: str
    descending: bool = False


_ORDERS: Final[Mapping[str, _Order]] = {
    "name": _Order("d.name_normalized"),
    "rating": _Order("coalesce(d.rating, 0)", descending=True),  # ratings start at 1: unrated shops come last
    "distance": _Order(DISTANCE_M),
}
ORDERS: Final = tuple(_ORDERS)


def shop_page(
    filters: ShopFilters, *, order: str, limit: int, cursor: str | None, vocabulary: Vocabulary, now: datetime
) -> dict[str, object]:
    """One page of live shops, in one statement. ``order`` is one of ``ORDERS``; distance needs a place in the filters.

    ``now`` is when each shop is said to be open or not.

    Raises:
        ValidationError: on ``cursor``.
    """
    keyset = Keyset(f"shops:{order}", filters.identity())
    condition, parameters = filters.sql()
    sorting = _ORDERS[order]
    direction, beyond = ("DESC", "<") if sorting.descending else ("ASC", ">")
    behind = ""
    if cursor is not None:
        parameters["after_key"], parameters["after_id"] = keyset.decode(cursor, length=2)
        behind = (
            f"AND ({sorting.key} {beyond} %(after_key)s"
            f" OR ({sorting.key} = %(after_key)s AND d.shop_id > %(after_id)s::uuid))"
        )
    parameters["rows"] = limit + 1
    sql = f"""
WITH page AS MATERIALIZED (
    SELECT d.shop_id, d.tag_vector, {sorting.key} AS sort_key,
           {DISTANCE_M if filters.near else "NULL::float8"} AS distance_m
      FROM shop_search d
     WHERE {condition} {behind}
     ORDER BY sort_key {direction}, d.shop_id LIMIT %(rows)s
)
SELECT page.sort_key, page.tag_vector::text, page.distance_m, {SUMMARY_SQL}
  FROM page JOIN shops s ON s.id = page.shop_id
 ORDER BY page.sort_key {direction}, page.shop_id"""  # noqa: S608 - only constants of this module and of filters
    with connection.cursor() as database:
        database.execute(sql, parameters)
        rows = database.fetchall()
    shops = [
        {**shop_summary(values, read_tag_vector(tags), vocabulary, now=now), "distance_m": distance_m}
        for _, tags, distance_m, *values in rows[:limit]
    ]
    following = keyset.encode([rows[limit - 1][0], str(rows[limit - 1][3])]) if len(rows) > limit else None
    return {"results": shops, "next_cursor": following}


_MENU_COLUMNS: Final = ("name", "price_twd", "category", "source", "updated_at")
_DETAIL_COLUMNS: Final = (
    *SUMMARY_COLUMNS,
    "description",
    "phone",
    "website",
    "opening_hours_raw",
    "source",
    "updated_at",
)


_PHOTO_COLUMNS: Final = ("bucket", "path", "width", "height")


def shop_detail(shop_id: UUID, *, now: datetime) -> dict[str, Any]:
    """All there is to say of one live shop, in four statements. ``now`` is when it is said to be open or not.

    Raises:
        Http404: there is no such shop, or it is not live.
    """
    shop = Shop.objects.live().filter(id=shop_id).values(*_DETAIL_COLUMNS).first()
    if shop is None:
        raise Http404
    week: OpenWeek | None = shop.pop("open_minutes")
    shop["modes"] = modes(shop.pop("mode_work"), shop.pop("mode_rest"), shop.pop("mode_social"))
    return {
        **shop,
        **opening(week, now),
        "hours": week and week_hours(week),
        "id": str(shop_id),
        "tags": _tags_with_evidence(shop_id),
        "photos": [photo(*values) for values in ShopPhoto.objects.filter(shop_id=shop_id).values_list(*_PHOTO_COLUMNS)],
        "menu": list(MenuItem.objects.filter(shop_id=shop_id).values(*_MENU_COLUMNS)),
    }


def _tags_with_evidence(shop_id: UUID) -> list[dict[str, object]]:
    """The surest first. Evidence says where the words stand, not in whose review."""
    rows = EffectiveShopTag.objects.filter(shop_id=shop_id).select_related("tag").order_by("-confidence", "tag__number")
    return [
        {
            "id": row.tag_id,
            "dimension": row.tag.dimension,
            "label": row.tag.label,
            "label_zh": row.tag.label_zh,
            "confidence": round(row.confidence, 4),
            "source": row.source,
            "evidence": [{"quote": item["quote"], "field": item.get("field")} for item in row.evidence],
        }
        for row in rows
    ]


def taxonomy() -> dict[str, object]:
    """Every tag by dimension, in one statement."""
    by_dimension: dict[str, list[dict[str, object]]] = {dimension: [] for dimension in TaxonomyTag.Dimension.values}
    for tag in TaxonomyTag.objects.order_by("number"):
        by_dimension[tag.dimension].append(
            {"id": tag.id, "label": tag.label, "label_zh": tag.label_zh, "complement": tag.complement_id}
        )
    return {
        "dimensions": [
            {"id": dimension, "label": dimension, "label_zh": _DIMENSIONS_ZH[dimension], "tags": tags}
            for dimension, tags in by_dimension.items()
        ]
    }


_DIMENSIONS_ZH: Final = {
    "functionality": "設備與規則",
    "time": "時段",
    "ambience": "氛圍",
    "mode": "適合做什麼",
    "coffee": "咖啡",
}
