"""Reading a member's lists: one statement for all of them, or for a page of one, with a card of each café.

A café that has closed is hidden from everybody, and would leave a nameless gap on the lists of those who keep it. So a
second statement, run only where there are gaps, asks which of them closed. What is still unknown then was taken out of
the directory, perhaps for a while.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal, TypedDict
from uuid import UUID

from django.db import connection
from django.http import Http404

from caferoam.api.pagination import Keyset
from lists.models import LISTS_PER_MEMBER
from shops.summary import photo

PAGE_MAX: Final = 100
"""Items of one list in one answer."""


class ShopCard(TypedDict):
    """As much of a café as a card shows."""

    id: str
    name: str
    city: str
    district: str
    rating: float | None
    photo: dict[str, object] | None


class Item(TypedDict):
    """A café on a list. ``shop`` is None while it is unavailable."""

    shop_id: str
    shop_status: Literal["live", "closed", "unavailable"]
    shop: ShopCard | None
    note: str
    added_at: datetime


class KeptList(TypedDict):
    """A list with a page of its items; ``next_cursor`` leads to the page after."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    items_total: int
    items: list[Item]
    next_cursor: str | None


type _Row = tuple[Any, ...]

_SELECT: Final = """
SELECT l.id, l.name, l.created_at, l.updated_at, (SELECT count(*) FROM list_items WHERE list_id = l.id),
       i.position, i.shop_id, i.note, i.added_at,
       s.id IS NOT NULL, s.name, s.city, s.district, s.rating, p.bucket, p.path, p.width, p.height
  FROM lists AS l
  LEFT JOIN LATERAL (
      SELECT * FROM list_items WHERE list_id = l.id {items} ORDER BY position LIMIT %(rows)s
  ) AS i ON true
  LEFT JOIN shops AS s ON s.id = i.shop_id AND s.status = 'live'
  LEFT JOIN LATERAL (
      SELECT * FROM shop_photos WHERE shop_id = s.id ORDER BY position, id LIMIT 1
  ) AS p ON true
 WHERE l.user_id = %(owner)s {lists}
 ORDER BY l.created_at, l.id, i.position"""


def all_lists(*, owner: UUID) -> dict[str, object]:
    """Every list of a member, the oldest first, each with its first ``PAGE_MAX`` items."""
    return {"results": _read({"owner": owner}, limit=PAGE_MAX), "cap": LISTS_PER_MEMBER}


def one_list(*, owner: UUID, list_id: UUID, limit: int, cursor: str | None = None) -> KeptList:
    """A page of one list.

    Raises:
        Http404: the member has no such list.
        ValidationError: on ``cursor``.
    """
    parameters: dict[str, Any] = {"owner": owner, "list_id": list_id}
    behind = ""
    if cursor is not None:
        (parameters["position"],) = _keyset(list_id).decode(cursor, length=1)
        behind = "AND position > %(position)s"
    found = _read(parameters, limit=limit, lists="AND l.id = %(list_id)s", items=behind)
    if not found:
        raise Http404
    return found[0]


def one_item(*, owner: UUID, list_id: UUID, shop_id: UUID) -> Item:
    """One café of a list.

    Raises:
        Http404: the member has no such list, or the café is not on it.
    """
    found = _read(
        {"owner": owner, "list_id": list_id, "shop_id": shop_id},
        limit=1,
        lists="AND l.id = %(list_id)s",
        items="AND shop_id = %(shop_id)s",
    )
    if not found or not found[0]["items"]:
        raise Http404
    return found[0]["items"][0]


def _read(parameters: Mapping[str, Any], *, limit: int, lists: str = "", items: str = "") -> list[KeptList]:
    """``lists`` and ``items`` are further conditions."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.format(lists=lists, items=items), {**parameters, "rows": limit + 1})
        rows = cursor.fetchall()
    found = [_list(head, [*rows_of], limit=limit) for head, rows_of in groupby(rows, key=itemgetter(0, 1, 2, 3, 4))]
    _name_closed([item for kept in found for item in kept["items"] if item["shop"] is None])
    return found


def _list(head: tuple[UUID, str, datetime, datetime, int], rows: Sequence[_Row], *, limit: int) -> KeptList:
    """``rows`` may hold one more than the page, which shows that it is not the last."""
    list_id, name, created_at, updated_at, total = head
    filled = [row for row in rows if row[6] is not None]  # an empty list has one row, without an item
    return KeptList(
        id=str(list_id),
        name=name,
        created_at=created_at,
        updated_at=updated_at,
        items_total=total,
        items=[_item(*row[6:]) for row in filled[:limit]],
        next_cursor=_keyset(list_id).encode([filled[limit - 1][5]]) if len(filled) > limit else None,
    )


def _item(shop_id: UUID, note: str, added_at: datetime, is_live: bool, *card: Any) -> Item:
    return Item(
        shop_id=str(shop_id),
        shop_status="live" if is_live else "unavailable",
        shop=_card(shop_id, card) if is_live else None,
        note=note,
        added_at=added_at,
    )


def _card(shop_id: UUID, columns: Sequence[Any]) -> ShopCard:
    name, city, district, rating, bucket, path, width, height = columns
    return ShopCard(
        id=str(shop_id),
        name=name,
        city=city,
        district=district,
        rating=rating,
        photo=photo(bucket, path, width, height) if bucket is not None else None,
    )


def _name_closed(gaps: Sequence[Item]) -> None:
    """Tell which of these items' cafés closed, and what they were."""
    if not gaps:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM private.closed_listed_shops_v1(%s::uuid[])", [[gap["shop_id"] for gap in gaps]])
        closed = {str(shop_id): _card(shop_id, columns) for shop_id, *columns in cursor.fetchall()}
    for gap in gaps:
        if card := closed.get(gap["shop_id"]):
            gap["shop"], gap["shop_status"] = card, "closed"


def _keyset(list_id: UUID) -> Keyset:
    return Keyset(f"list:{list_id}", {})
