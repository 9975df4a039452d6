"""A drawing of what is known around a point: no map tiles, so that it needs nobody and tells nobody."""

import math
from dataclasses import dataclass
from typing import Final

from caferoam.providers.maps import Area, Point
from shops.models import Shop
from shops.places.tables import ShopTables, shops_around

SIZE: Final = 320
"""Of the square, in its own units."""
RADII_M: Final = (400, 1_000, 2_500)
"""How much is shown: the least that has some cafés in it."""
_ENOUGH: Final = 6
_CAFES_MOST: Final = 60
_LABELS_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the drawing, in its units."""

    x: float
    y: float
    name: str
    is_in_area: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws: ``radius_m`` from the middle to the edge, with a ring at half of it."""

    point: Point
    radius_m: int
    cafes: tuple[Mark, ...]
    stations: tuple[Mark, ...]

    @property
    def half_m(self) -> int:
        return self.radius_m // 2

    @property
    def degrees_up(self) -> float:
        """How much latitude one unit is."""
        return self.radius_m / (SIZE / 2) / 110_900

    @property
    def degrees_right(self) -> float:
        """How much longitude one unit is."""
        return self.radius_m / (SIZE / 2) / (111_320 * math.cos(math.radians(self.point.latitude)))


def drawing_around(point: Point, area: Area | None, tables: ShopTables, *, but: Shop | None = None) -> Drawing | None:
    """The neighbourhood of the point, without the café ``but``; None for a point that is not in Taiwan.

    Cafés in ``area`` and those elsewhere can be told apart.
    """
    if not point.is_in_taiwan:
        return None
    shops = [
        shop for shop in shops_around(point, RADII_M[-1], limit=_CAFES_MOST * 2) if but is None or shop.pk != but.pk
    ]
    metres = [point.metres_to(Point(shop.latitude, shop.longitude)) for shop in shops]
    radius_m = next((r for r in RADII_M if sum(m <= r for m in metres) >= _ENOUGH), RADII_M[-1])
    drawing = Drawing(point, radius_m, (), ())
    cafes = [
        _mark(drawing, Point(shop.latitude, shop.longitude), shop.name, area in {None, Area(shop.city, shop.district)})
        for shop, away in zip(shops, metres, strict=True)
        if away <= radius_m
    ]
    stations = sorted(
        (point.metres_to(at), name) for name, at in tables.stations.items() if point.metres_to(at) <= radius_m
    )
    marks = [_mark(drawing, tables.stations[name], name) for _, name in stations[:_LABELS_MOST]]
    return Drawing(point, radius_m, tuple(cafes[:_CAFES_MOST]), tuple(marks))


def _mark(drawing: Drawing, at: Point, name: str, is_in_area: bool = True) -> Mark:
    x = SIZE / 2 + (at.longitude - drawing.point.longitude) / drawing.degrees_right
    y = SIZE / 2 - (at.latitude - drawing.point.latitude) / drawing.degrees_up
    return Mark(round(x, 1), round(y, 1), name, is_in_area)
