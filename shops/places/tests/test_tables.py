"""What the cafés at hand tell of districts and stations."""

from typing import Any

import pytest

from caferoam.providers.maps import Area, Point
from shops.places.tables import ShopTables
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db

DAAN = Area("台北市", "大安區")


def cafe(latitude: float, longitude: float, district: str = "大安區", **fields: Any) -> None:
    make_shop("某咖啡", place=(latitude, longitude), city="台北市", district=district, **fields)


def test_the_middle_of_a_district_is_that_of_its_cafes() -> None:
    for latitude in (25.02, 25.03, 25.05):
        cafe(latitude, 121.54)
    cafe(25.10, 121.60, district="內湖區")
    cafe(24.0, 120.9, location_precision="district", status="draft")  # what was only guessed tells nothing
    tables = ShopTables()
    assert tables.middle_of(DAAN) == Point(25.03, 121.54)
    assert tables.middle_of(Area("台北市", "北投區")) is None


def test_a_station_is_where_the_cafes_are_that_name_it() -> None:
    cafe(25.030, 121.540, mrt="大安站")
    cafe(25.032, 121.542, mrt="捷運大安站 3號出口")
    cafe(25.040, 121.550, mrt="忠孝復興")  # one café alone proves nothing
    cafe(25.050, 121.560, mrt="大安站 忠孝復興站")  # nor one that names two
    cafe(25.00, 121.50, mrt="某")
    cafe(24.00, 121.50, mrt="遠站")
    cafe(23.00, 121.50, mrt="遠站")  # too far apart for one station
    tables = ShopTables()
    assert tables.stations == {"大安": Point(25.031, 121.541)}
    nearest = tables.nearest_station(Point(25.031, 121.541))
    assert nearest
    assert (nearest[0], nearest[1] < 5) == ("大安", True)


def test_a_point_lies_where_most_of_its_neighbours_do() -> None:
    for number in range(3):
        cafe(25.030 + number / 10_000, 121.540)
    cafe(25.0299, 121.540, district="信義區")
    tables = ShopTables()
    assert tables.area_around(Point(25.0299, 121.5401)) == DAAN
    assert tables.area_around(Point(25.2, 121.54)) is None
    assert tables.area_around(Point(0, 0)) is None


def test_nothing_is_known_where_there_are_no_cafes() -> None:
    tables = ShopTables()
    assert tables.middle_of(DAAN) is None
    assert tables.nearest_station(Point(25, 121.5)) is None
    assert tables.area_around(Point(25, 121.5)) is None
