"""What is looked up without asking anybody."""

import pytest

from caferoam.providers.maps import Area, OfflineGeocoder, Place, Point, Precision, Where
from caferoam.providers.maps.offline import station_names

MIDDLE = Point(25.026, 121.543)
STATION = Point(25.002, 121.511)


class Known:
    def middle_of(self, area: Area) -> Point | None:
        return MIDDLE if area == Area("台北市", "大安區") else None

    def station(self, name: str) -> Point | None:
        return STATION if name == "永安市場" else None

    def area_around(self, point: Point) -> Area | None:
        return Area("台北市", "大安區")


def test_a_station_is_nearer_than_the_middle_of_a_district() -> None:
    offline = OfflineGeocoder(Known())
    found = offline.geocode(Where("某路1號", "台北市", "大安區", mrt="永安市場站"))
    assert found == Place(STATION, Precision.MRT, 0.7)
    found = offline.geocode(Where("某路1號", "台北市", "大安區", mrt="沒聽過站"))
    assert found == Place(MIDDLE, Precision.DISTRICT, 0.5)


def test_what_is_not_known_is_none() -> None:
    offline = OfflineGeocoder(Known())
    assert offline.geocode(Where("某路1號", "台北市")) is None
    assert offline.geocode(Where("某路1號", "澎湖縣", "馬公市")) is None
    assert offline.reverse(Point(0, 0)) is None
    assert offline.reverse(MIDDLE) == Area("台北市", "大安區")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("永安市場站", ["永安市場"]),
        ("捷運永安市場站", ["永安市場"]),
        ("雙連一號出口", ["雙連"]),
        ("雙連1號出口", ["雙連"]),
        ("古亭(2號出口) 台電大樓(4號出口)", ["古亭", "台電大樓"]),
        ("臺北車站", ["台北車"]),
        ("Zhongshan", []),
        ("", []),
        ("站" * 5000, []),
    ],
)
def test_station_names_are_read_out_of_people_s_words(text: str, names: list[str]) -> None:
    assert list(station_names(text)) == names
