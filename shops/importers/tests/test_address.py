import pytest

from shops.importers.address import area_of
from shops.importers.districts import DISTRICTS


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("台北市大安區某路1號", ("台北市", "大安區")),
        ("臺北市大安區某路1號", ("台北市", "大安區")),
        ("10667台北市大安區某路1號", ("台北市", "大安區")),
        ("台灣台北市 106 大安區某路1號", ("台北市", "大安區")),
        ("台北市台北市大安區某路1號", ("台北市", "大安區")),
        ("台中市大安區某路1號", ("台中市", "大安區")),
        ("台南市安南區某路1號", ("台南市", "安南區")),
        ("台南市南區某路1號", ("台南市", "南區")),
        ("高雄市前鎮區某路1號", ("高雄市", "前鎮區")),
        ("台南市新市區某路1號", ("台南市", "新市區")),
        ("宜蘭縣宜蘭市某路1號", ("宜蘭縣", "宜蘭市")),
        ("宜蘭市某路1號", ("宜蘭縣", "宜蘭市")),
        ("宜蘭蘇澳鎮某路1號", ("宜蘭縣", "蘇澳鎮")),
        ("新竹縣竹北市某路1號", ("新竹縣", "竹北市")),
        ("永和區某路1號", ("新北市", "永和區")),
        ("康寧路一段內湖區, 台北市114", ("台北市", "內湖區")),
        ("南區某路1號 台中市", ("台中市", "南區")),
        ("台中市⻄區某路1號", ("台中市", "西區")),
    ],
)
def test_an_address_names_its_city_and_district(address: str, area: tuple[str, str]) -> None:
    assert area_of(address) == area


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("台北縣板橋市某路1號", ("新北市", "板橋區")),
        ("桃園縣中壢市某路1號", ("桃園市", "中壢區")),
        ("高雄縣鳳山市某路1號", ("高雄市", "鳳山區")),
        ("彰化縣員林鎮某路1號", ("彰化縣", "員林市")),
    ],
)
def test_former_counties_and_towns_are_given_their_name_of_today(address: str, area: tuple[str, str]) -> None:
    assert area_of(address) == area


def test_the_town_is_believed_where_it_lies_in_the_county_of_the_same_name() -> None:
    assert area_of("新竹市竹北市某路1號") == ("新竹縣", "竹北市")


def test_a_street_named_after_a_district_is_no_district() -> None:
    assert area_of("台北市中山北路一段1號") == ("台北市", "")
    assert area_of("台北市某某路一段33巷12號近信義區公所") == ("台北市", "")


def test_the_address_wins_over_where_the_source_files_it() -> None:
    assert area_of("台中市西區某路1號", likely_cities=["桃園市"]) == ("台中市", "西區")


def test_where_the_source_files_it_decides_between_two_cities_with_that_district() -> None:
    assert area_of("信義區某路1號") == ("", "")
    assert area_of("信義區某路1號", likely_cities=["台北市", "新北市"]) == ("台北市", "信義區")
    assert area_of("信義區某路1號", likely_cities=["基隆市"]) == ("基隆市", "信義區")


def test_a_source_that_files_it_under_two_cities_leaves_the_city_open() -> None:
    assert area_of("某路1號", likely_cities=["台北市", "新北市"]) == ("", "")
    assert area_of("某路1號", likely_cities=["台中市"]) == ("台中市", "")


def test_every_district_of_taiwan_is_found_behind_its_city() -> None:
    assert (len(DISTRICTS), sum(map(len, DISTRICTS.values()))) == (22, 368)
    for city, districts in DISTRICTS.items():
        for district in districts:
            assert area_of(f"{city}{district}某路1號") == (city, district)
