"""Cafés as their visitors remember them, also after they have closed."""

from collections.abc import Collection, Mapping
from typing import Literal, TypedDict
from uuid import UUID

from django.db import connection


class VisitedShop(TypedDict):
    """As much of a café as stands beside a check-in or a stamp."""

    id: UUID
    name: str
    city: str
    district: str


class ShopFields(TypedDict):
    """``shop`` is None while it is unavailable."""

    shop_id: UUID
    shop_status: Literal["live", "closed", "unavailable"]
    shop: VisitedShop | None


type VisitedShops = Mapping[UUID, tuple[Literal["live", "closed"], VisitedShop]]


def visited_shops(shop_ids: Collection[UUID]) -> VisitedShops:
    """Those of these cafés in which the bound member has checked in, as far as they may be named. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, city, district, status FROM private.visited_shops_v1(%s::uuid[])", [list(shop_ids)]
        )
        return {
            shop_id: (status, VisitedShop(id=shop_id, name=name, city=city, district=district))
            for shop_id, name, city, district, status in cursor.fetchall()
        }


def shop_fields(shop_id: UUID, shops: VisitedShops) -> ShopFields:
    """What an answer says of the café with this id."""
    known = shops.get(shop_id)
    if known is None:
        return ShopFields(shop_id=shop_id, shop_status="unavailable", shop=None)
    return ShopFields(shop_id=shop_id, shop_status=known[0], shop=known[1])
