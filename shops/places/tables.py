"""What the cafés at hand tell of districts and stations. No map is needed for it, and no vendor."""

import statistics
from collections import Counter, defaultdict
from functools import cached_property
from typing import Final

from django.db import connection
from django.db.models import F
from django.db.models.functions import Abs

from caferoam.providers.maps import Area, Point
from caferoam.providers.maps.offline import station_names
from shops.models import Shop

STATION_KNOWN_BY: Final = 2
"""Cafés that must name a station before its place is believed."""
STATION_WITHIN_M: Final = 1_500
"""How far most of those cafés may be from it; names that are spread wider are no station's."""
AROUND_M: Final = 2_000
"""How far a café may be that tells in which district a point lies."""
_ASKED_AROUND: Final = 7

_MIDDLES = """
    SELECT city, district,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY latitude), percentile_cont(0.5) WITHIN GROUP (ORDER BY longitude)
      FROM shops
     WHERE location_precision = 'exact' AND city <> '' AND district <> ''
     GROUP BY city, district
"""


class ShopTables:
    """Each table is read once, when it is first needed. The middle of a district is that of its cafés."""

    def middle_of(self, area: Area) -> Point | None:
        return self._middles.get(area)

    def station(self, name: str) -> Point | None:
        return self.stations.get(name)

    def nearest_station(self, point: Point) -> tuple[str, float] | None:
        """Its name and how many metres it is away, as far as the cafés there tell."""
        return min(
            ((name, point.metres_to(at)) for name, at in self.stations.items()), key=lambda n: n[1], default=None
        )

    def area_around(self, point: Point) -> Area | None:
        """Where most of the nearest cafés are."""
        found = [
            Area(shop.city, shop.district) for shop in shops_around(point, AROUND_M)[:_ASKED_AROUND] if shop.district
        ]
        # The first of equals is the nearer one.
        return Counter(found).most_common(1)[0][0] if found else None

    @cached_property
    def _middles(self) -> dict[Area, Point]:
        with connection.cursor() as cursor:
            cursor.execute(_MIDDLES)
            return {Area(city, district): _rounded(*at) for city, district, *at in cursor.fetchall()}

    @cached_property
    def stations(self) -> dict[str, Point]:
        """By the names that cafés give them, where enough of them agree."""
        told: defaultdict[str, list[Point]] = defaultdict(list)
        shops = Shop.objects.filter(location_precision=Shop.LocationPrecision.EXACT).exclude(mrt="")
        for mrt, latitude, longitude in shops.values_list("mrt", "latitude", "longitude"):
            names = list(station_names(mrt))
            if len(names) == 1:  # of a café between two stations, neither is where it is
                told[names[0]].append(Point(latitude, longitude))
        places = {name: at for name, points in told.items() if (at := _station_of(points))}
        return dict(sorted(places.items()))


def _rounded(latitude: float, longitude: float) -> Point:
    """To a decimetre."""
    return Point(round(latitude, 6), round(longitude, 6))


def _station_of(points: list[Point]) -> Point | None:
    if len(points) < STATION_KNOWN_BY:
        return None
    middle = _rounded(
        statistics.median(point.latitude for point in points), statistics.median(point.longitude for point in points)
    )
    near = sum(middle.metres_to(point) <= STATION_WITHIN_M for point in points)
    return middle if near >= max(STATION_KNOWN_BY, 0.7 * len(points)) else None


def shops_around(point: Point, within_m: int, *, limit: int = 60) -> list[Shop]:
    """The cafés that are surely there, the nearest first. None for a point that is not in Taiwan."""
    if not point.is_in_taiwan:
        return []
    degrees = within_m / 100_000  # wide enough to the east, where a degree is shorter, and to the north
    far = Abs(F("latitude") - point.latitude) + Abs(F("longitude") - point.longitude)
    shops = (
        Shop.objects.filter(
            location_precision=Shop.LocationPrecision.EXACT,
            latitude__range=(point.latitude - degrees, point.latitude + degrees),
            longitude__range=(point.longitude - degrees, point.longitude + degrees),
        )
        .annotate(far=far)
        .order_by("far", "pk")
    )
    near = [(shop, point.metres_to(Point(shop.latitude, shop.longitude))) for shop in shops[: limit * 2]]
    return [shop for shop, metres in sorted(near, key=lambda n: n[1]) if metres <= within_m][:limit]
