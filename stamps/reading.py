"""A member's stamps, one by one or by café, and the facts from which a café's stamp is drawn."""

from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet
from django.http import Http404

from caferoam.api.pagination import Keyset
from caferoam.jobs.statements import rows_of
from checkins.pages import newest_first
from checkins.visited import shop_fields, visited_shops
from stamps.art import ShopFacts
from stamps.models import Stamp

SURE: Final = 0.5
"""The confidence from which a tag may choose the picture on a stamp."""


def _of(member: UUID, shop_id: UUID | None) -> QuerySet[Stamp]:
    stamps = Stamp.objects.filter(user_id=member)
    return stamps if shop_id is None else stamps.filter(shop_id=shop_id)


def _keyset(kind: str, member: UUID, shop_id: UUID | None) -> Keyset:
    return Keyset(kind, {"member": str(member), "shop_id": str(shop_id)})


def page_of_stamps(*, member: UUID, shop_id: UUID | None, limit: int, cursor: str | None) -> dict[str, object]:
    """One page, the newest first; only those of ``shop_id``, if it is given. Two statements.

    Raises:
        ValidationError: on ``cursor``.
    """
    rows, following = newest_first(
        _of(member, shop_id).values("id", "shop_id", "check_in_id", "design_url", "created_at"),
        at="created_at",
        key="id",
        keyset=_keyset("stamps", member, shop_id),
        limit=limit,
        cursor=cursor,
    )
    shops = visited_shops({row["shop_id"] for row in rows}) if rows else {}
    return {"results": [{**row, **shop_fields(row["shop_id"], shops)} for row in rows], "next_cursor": following}


def page_of_passport(*, member: UUID, shop_id: UUID | None, limit: int, cursor: str | None) -> dict[str, object]:
    """One page of the cafés whose stamps the member has, the one stamped last first; or only ``shop_id``.

    Two statements.

    Raises:
        ValidationError: on ``cursor``.
    """
    rows, following = newest_first(
        _of(member, shop_id)
        .values("shop_id", "design_url")
        .annotate(count=Count("id"), first_at=Min("created_at"), last_at=Max("created_at")),
        at="last_at",
        key="shop_id",
        keyset=_keyset("stamps:passport", member, shop_id),
        limit=limit,
        cursor=cursor,
    )
    shops = visited_shops({row["shop_id"] for row in rows}) if rows else {}
    return {"results": [{**row, **shop_fields(row["shop_id"], shops)} for row in rows], "next_cursor": following}


def facts_of(shop_id: UUID) -> ShopFacts:
    """What the stamp of a café is drawn from. One statement.

    A closed café has one too: members keep the stamps that they have earned there, and so what these look like.

    Raises:
        Http404: there is no such café, or it has not been live yet.
    """
    found = rows_of("SELECT name, city, district, tags FROM private.stamp_facts_v1(%s, %s)", [shop_id, SURE])
    if not found:
        raise Http404
    ((name, city, district, tags),) = found
    return ShopFacts(shop_id, name, city, district, frozenset(tags))
