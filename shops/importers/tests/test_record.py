from uuid import UUID

import pytest

from shops.importers.record import ImportedShop, Rejected, read_record
from shops.importers.tests.cafes import cafe, cafe_id


def accepted(**changes: object) -> ImportedShop:
    shop = read_record(cafe("one", **changes))
    assert isinstance(shop, ImportedShop), shop
    return shop


def reason(**changes: object) -> str:
    rejected = read_record(cafe("one", **changes))
    assert isinstance(rejected, Rejected), rejected
    return rejected.reason


def test_a_good_record_is_taken_whole() -> None:
    shop = accepted()
    assert shop.cafenomad_id == UUID(cafe_id("one"))
    assert (shop.name, shop.city, shop.district, shop.address) == (
        "測試咖啡 one",
        "台北市",
        "大安區",
        "台北市大安區某路1號",
    )
    assert (shop.latitude, shop.longitude, shop.closed) == (25.03, 121.54, False)
    assert (shop.mrt, shop.website, shop.opening_hours_raw) == ("某站", "https://example.com/cafe", "10:00-18:00")
    assert {tag.tag_id for tag in shop.tags} == {"wifi", "quiet", "no_time_limit", "outlets"}


def test_what_nobody_voted_is_no_attribute() -> None:
    assert accepted().attributes == {
        "wifi": 5, "seat": 3, "quiet": 4.5, "tasty": 4, "music": 2, "limited_time": "no", "socket": "maybe",
    }  # fmt: skip


def test_a_closed_mark_becomes_the_status_and_is_remembered() -> None:
    shop = accepted(name=" 某咖啡（已歇業）")
    assert (shop.name, shop.closed, shop.attributes["closed_mark"]) == ("某咖啡", True, "已歇業")


def test_the_city_is_the_address_s_not_the_source_s() -> None:
    assert accepted(city="taoyuan", address="406台中市北屯區某路1號").city == "台中市"
    assert accepted(city="taipei", address="新北市三重區某路1號").city == "新北市"


def test_hours_are_kept_as_published() -> None:
    assert accepted(open_time="週一：１０:００\n週二休 ").opening_hours_raw == "週一：１０:００\n週二休"


def test_coordinates_may_be_numbers() -> None:
    assert accepted(latitude=25.03, longitude=121.54).latitude == 25.03


def test_fields_that_not_every_cafe_has_may_be_missing() -> None:
    record = cafe()
    for field in ("url", "mrt", "open_time", "city", "wifi", "socket"):
        del record[field]
    assert isinstance(read_record(record), ImportedShop)


def test_a_cafe_may_have_a_number_or_one_character_for_a_name() -> None:
    assert accepted(name="9803").name == "9803"
    assert accepted(name="豆").name == "豆"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "no name"),
        ({"name": "!!!"}, "no name"),
        ({"name": "123"}, "the name is a number"),
        ({"name": "2024", "address": "2024"}, "the name is a number"),
        ({"name": "測試", "address": "測試資料"}, "somebody trying the form"),
        ({"name": "(已歇業)"}, "nothing but the mark 已歇業"),
        ({"name": "長" * 201}, "longer than 200"),
        ({"address": "長" * 301}, "longer than 300"),
        ({"name": None}, "name is missing"),
        ({"name": ["a"]}, "name is not a text"),
        ({"id": "7"}, "id is not a UUID"),
        ({"id": "\ud800"}, "id is not a UUID"),
        ({"latitude": ["25"]}, "latitude is not a text"),
        ({"wifi": 6}, "wifi is not a number from 0 to 5"),
        ({"wifi": -1}, "wifi is not a number from 0 to 5"),
        ({"wifi": True}, "wifi is not a number from 0 to 5"),
        ({"wifi": "5"}, "wifi is not a number from 0 to 5"),
        ({"socket": "sometimes"}, "socket is none of yes, no, maybe"),
        ({"standing_desk": ["yes"]}, "standing_desk is none of yes, no"),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(changes: dict[str, object], said: str) -> None:
    assert said in reason(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"latitude": "", "longitude": ""}, "no coordinates"),
        ({"latitude": None, "longitude": None}, "no coordinates"),
        ({"latitude": "north"}, "coordinates are not numbers"),
        ({"latitude": "nan"}, "coordinates are not numbers"),
        ({"latitude": "0.00000000", "longitude": "0.00000000"}, "0, 0"),
        ({"latitude": "121.5", "longitude": "25.0"}, "swapped"),
    ],
)
def test_a_record_is_taken_without_coordinates_that_cannot_be_used(changes: dict[str, object], said: str) -> None:
    shop = accepted(**changes)
    assert said in shop.place_problem
    assert (shop.latitude, shop.longitude) == (None, None)


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert reason(name="", wifi="5", quiet=9).count(";") == 2


@pytest.mark.parametrize("record", [None, 7, "cafe", [], True])
def test_what_is_no_object_is_rejected(record: object) -> None:
    assert read_record(record) == Rejected("", "", "not a JSON object")


def test_hours_are_read_where_they_can_be() -> None:
    known = accepted(open_time="10:00-18:00 (週二公休)").open_minutes
    assert known is not None
    assert [len(day) for day in known.days()] == [1, 0, 1, 1, 1, 1, 1]
    assert accepted(open_time="不定休").open_minutes is None
    assert accepted(open_time="").open_minutes is None
