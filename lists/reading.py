"""Reading a member's lists: one statement for all of them, or for a page of one, with a card of each café.

A café that has closed is hidden from everybody, and would leave a nameless gap on the lists of those who keep it. So a
second statement, run only where there are gaps, asks which of them closed. What is still unknown then was taken out of
the directory, perhaps for a while.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypedDict
from uuid import UUID

from django.db import connection
from django.http import Http404

from caferoam.api.pagination import Keyset, Position
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
    added_at: str


class KeptList(TypedDict):
    """A list with a page of its items; ``next_cursor`` leads to the page after."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    items_total: int
    items: list[Item]
    next_cursor: str | None


# A list is one row, with its items as JSON: Python is slow at reading times and ids one by one.
_SELECT: Final = """
SELECT l.id, l.name, l.created_at, l.updated_at,
       (SELECT count(*) FROM list_items WHERE list_id = l.id),
       (SELECT coalesce(json_agg(item ORDER BY item.position), '[]') FROM (
           SELECT i.position, i.shop_id, i.note, i.added_at AT TIME ZONE 'UTC' AS added_at,
                  s.name, s.city, s.district, s.rating, p.bucket, p.path, p.width, p.height
             FROM (
                 SELECT * FROM list_items WHERE list_id = l.id {items} ORDER BY position LIMIT %(rows)s
             ) AS i
             LEFT JOIN shops AS s ON s.id = i.shop_id AND s.status = 'live'
             LEFT JOIN LATERAL (
                 SELECT * FROM shop_photos WHERE shop_id = s.id ORDER BY position, id LIMIT 1
             ) AS p ON true
       ) AS item)
  FROM lists AS l
 WHERE l.user_id = %(owner)s {lists}
 ORDER BY l.created_at, l.id"""


def all_lists(*, owner: UUID) -> dict[str, object]:
    """Every list of a member, the oldest first, each with its first ``PAGE_MAX`` items."""
    return {"results": _read(statement(owner=owner, limit=PAGE_MAX), limit=PAGE_MAX), "cap": LISTS_PER_MEMBER}


def one_list(*, owner: UUID, list_id: UUID, limit: int, cursor: str | None = None) -> KeptList:
    """A page of one list.

    Raises:
        Http404: the member has no such list.
        ValidationError: on ``cursor``.
    """
    behind = _keyset(list_id).decode(cursor, length=1) if cursor is not None else None
    found = _read(statement(owner=owner, limit=limit, list_id=list_id, behind=behind), limit=limit)
    if not found:
        raise Http404
    return found[0]


def one_item(*, owner: UUID, list_id: UUID, shop_id: UUID) -> Item:
    """One café of a list.

    Raises:
        Http404: the member has no such list, or the café is not on it.
    """
    found = _read(statement(owner=owner, limit=1, list_id=list_id, shop_id=shop_id), limit=1)
    if not found or not found[0]["items"]:
        raise Http404
    return found[0]["items"][0]


def statement(
    *,
    owner: UUID,
    limit: int,
    list_id: UUID | None = None,
    behind: Position | None = None,
    shop_id: UUID | None = None,
) -> tuple[str, dict[str, Any]]:
    """The statement behind all of the above, and its values; it asks for one item more than ``limit``."""
    lists = "" if list_id is None else "AND l.id = %(list_id)s"
    items = "" if shop_id is None else "AND shop_id = %(shop_id)s"
    values: dict[str, Any] = {"owner": owner, "list_id": list_id, "shop_id": shop_id, "rows": limit + 1}
    if behind is not None:
        items = "AND position > %(behind)s"
        (values["behind"],) = behind
    return _SELECT.format(lists=lists, items=items), values


def _read(asked: tuple[str, dict[str, Any]], *, limit: int) -> list[KeptList]:
    with connection.cursor() as cursor:
        cursor.execute(*asked)
        rows = cursor.fetchall()
    found = [_list(row, limit=limit) for row in rows]
    _name_closed([item for kept in found for item in kept["items"] if item["shop"] is None])
    return found


def _list(row: tuple[Any, ...], *, limit: int) -> KeptList:
    """The list of a row of ``_SELECT``. It may hold one item more than the page, which shows that there are more."""
    list_id, name, created_at, updated_at, total, items = row
    return KeptList(
        id=str(list_id),
        name=name,
        created_at=created_at,
        updated_at=updated_at,
        items_total=total,
        items=[_item(item) for item in items[:limit]],
        next_cursor=_keyset(list_id).encode([items[limit - 1]["position"]]) if len(items) > limit else None,
    )


def _item(row: dict[str, Any]) -> Item:
    is_live = row["name"] is not None
    return Item(
        shop_id=row["shop_id"],
        shop_status="live" if is_live else "unavailable",
        shop=_card(row["shop_id"], row) if is_live else None,
        note=row["note"],
        added_at=row["added_at"] + "Z",
    )


def _card(shop_id: str, row: dict[str, Any]) -> ShopCard:
    has_photo = row["path"] is not None
    return ShopCard(
        id=shop_id,
        name=row["name"],
        city=row["city"],
        district=row["district"],
        rating=row["rating"],
        photo=photo(row["bucket"], row["path"], row["width"], row["height"]) if has_photo else None,
    )


def _name_closed(gaps: Sequence[Item]) -> None:
    """Tell which of these items' cafés closed, and what they were."""
    if not gaps:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_json(closed) FROM private.closed_listed_shops_v1(%s::uuid[]) AS closed",
            [[gap["shop_id"] for gap in gaps]],
        )
        closed = {row["id"]: _card(row["id"], row) for (row,) in cursor.fetchall()}
    for gap in gaps:
        if card := closed.get(gap["shop_id"]):
            gap["shop"], gap["shop_status"] = card, "closed"


def _keyset(list_id: UUID) -> Keyset:
    return Keyset(f"list:{list_id}", {})
