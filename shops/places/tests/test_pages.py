"""Curators put cafés right: what is looked up for them, what is said of it, and what a later import leaves alone."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from caferoam.testing.desk import become_the_admin, operator
from caferoam.testing.mapbox import TOKEN, MapboxStub, feature, problem
from caferoam.testing.vendors import HangUp
from shops.models import Geocode, Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

HERE: dict[str, Any] = {"city": "台北市", "district": "大安區"}


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    become_the_admin(settings)


@pytest.fixture
def curator(transactional_db: None) -> Client:
    return operator("curator", "shops.view_shop", "shops.change_shop")


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A draft of an import, with neighbours."""
    for number in range(3):
        make_shop(f"鄰居 {number}", place=(25.030 + number / 1000, 121.540), mrt="大安站", **HERE)
    return make_shop(
        "某咖啡",
        place=(23.75, 120.95),
        status="draft",
        source="cafenomad",
        location_precision="none",
        address="台北市大安區某路1號",
        **HERE,
    )


def form(shop: Shop, **changes: object) -> dict[str, Any]:
    """The form as a browser sends it."""
    names = ("name", "status", "address", "city", "district", "latitude", "longitude", "location_precision")
    return {**{name: getattr(shop, name) for name in names}, "locked": shop.locked_fields, **changes}


def change(client: Client, shop: Shop, **changes: object) -> Any:
    answer = client.post(f"/shops/shop/{shop.pk}/change/", form(shop, **changes))
    shop.refresh_from_db()
    return answer


def ask(client: Client, shop: Shop, what: str, **fields: object) -> tuple[dict[str, Any] | None, str]:
    known = {"address": shop.address, "city": shop.city, "district": shop.district, "what": what}
    answer = client.post(f"/shops/shop/{shop.pk}/place/", known | fields, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.json()["found"], answer.json()["html"]


def notes(html: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", note).strip()
        for note in re.findall(r"<p class=\"(?:quiet|place-warning)\">(.*?)</p>", html)
    ]


def test_the_address_is_found_and_nothing_is_saved_by_that(
    curator: Client, shop: Shop, mapbox_stub: MapboxStub
) -> None:
    mapbox_stub.places["台北市大安區某路1號"] = feature(25.031, 121.541)
    mapbox_stub.area = feature(25.031, 121.541, kind="locality")
    found, html = ask(curator, shop, "find")
    assert found == {"latitude": 25.031, "longitude": 121.541, "precision": "address"}
    assert notes(html)[:3] == [
        "Found: At the house that the address names.",
        "This point lies in 台北市大安區.",
        "The nearest station known here is 大安, about 100 m away.",
    ]
    assert html.count('<circle class="cafe"') == 3
    shop.refresh_from_db()
    assert shop.location_precision == "none"
    ask(curator, shop, "find")
    assert (len(mapbox_stub.asked), Geocode.objects.count()) == (2, 2)  # nothing is asked twice


def test_what_is_saved_is_the_curator_s_and_locked(curator: Client, shop: Shop) -> None:
    answer = change(curator, shop, latitude="25.031", longitude="121.541", location_precision="exact", status="live")
    assert answer.status_code == 302
    assert (shop.status, shop.latitude, shop.longitude) == ("live", 25.031, 121.541)
    assert (shop.location_precision, shop.location_source) == ("exact", "curator")
    assert shop.locked_fields == ["latitude", "longitude", "status"]


def test_saying_that_a_point_is_right_locks_it(curator: Client, shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(location_precision="street", location_source="mapbox")
    change(curator, shop, location_precision="exact")
    assert (shop.location_precision, shop.location_source) == ("exact", "curator")
    assert shop.locked_fields == ["latitude", "longitude"]


def test_what_a_job_wrote_meanwhile_is_kept(curator: Client, shop: Shop) -> None:
    sent = form(shop, name="改過的名字")
    Shop.objects.filter(pk=shop.pk).update(summary_zh="寫好了", latitude=25.05, location_precision="district")
    curator.post(f"/shops/shop/{shop.pk}/change/", {**sent, "latitude": "25.05", "location_precision": "district"})
    shop.refresh_from_db()
    assert (shop.name, shop.summary_zh, shop.locked_fields) == ("改過的名字", "寫好了", ["name"])


def test_a_tick_taken_away_lets_go_of_a_field(curator: Client, shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(locked_fields=["address", "mrt"])
    shop.refresh_from_db()
    change(curator, shop, locked=["mrt"])
    assert shop.locked_fields == ["mrt"]


@pytest.mark.parametrize("precision", ["street", "mrt", "district", "none"])
def test_a_cafe_that_is_not_exactly_placed_is_not_shown_to_visitors(
    curator: Client, shop: Shop, precision: str
) -> None:
    answer = change(curator, shop, location_precision=precision, status="live")
    assert answer.status_code == 200
    assert "Visitors are shown metres" in answer.content.decode()
    assert shop.status == "draft"


@pytest.mark.parametrize("latitude", ["0", "121.5", "nan", "1e400", "北緯"])
def test_coordinates_outside_of_taiwan_are_not_saved(curator: Client, shop: Shop, latitude: str) -> None:
    assert change(curator, shop, latitude=latitude, longitude="121.5").status_code == 200
    assert shop.latitude == 23.75


def test_a_point_in_another_district_than_the_address_names_is_told(
    curator: Client, shop: Shop, mapbox_stub: MapboxStub
) -> None:
    mapbox_stub.area = feature(25.033, 121.5645, kind="locality", names={"region": "臺北市", "locality": "信義區"})
    _, html = ask(curator, shop, "look", latitude="25.0339", longitude="121.5645")
    assert "Look: This point lies in 台北市信義區, the address says 台北市大安區." in notes(html)
    assert 'class="cafe elsewhere"' in html


def test_offline_the_cafes_around_tell_the_district(curator: Client, shop: Shop) -> None:
    found, html = ask(curator, shop, "find")
    assert found == {"latitude": 25.031, "longitude": 121.54, "precision": "district"}
    assert notes(html)[:3] == [
        "Found: Somewhere in its district.",
        "Look: That is not exact, and visitors are shown metres: move it to where the café stands.",
        "This point lies in 台北市大安區.",
    ]
    _, html = ask(curator, shop, "look", latitude="22.0", longitude="120.7")
    assert notes(html)[0] == "Look: In which district this point lies is not known."


@pytest.mark.parametrize(
    ("latitude", "longitude", "told"),
    [
        ("121.54", "25.03", "Look: Latitude and longitude seem to be swapped."),
        ("0", "0", "Look: These coordinates are not in Taiwan."),
        ("", "", "Look: These coordinates are not in Taiwan."),
        ("nan", "inf", "Look: These coordinates are not in Taiwan."),
        ("9" * 5000, "x", "Look: These coordinates are not in Taiwan."),
    ],
)
def test_coordinates_that_cannot_be_are_said_to_be_so(
    curator: Client, shop: Shop, latitude: str, longitude: str, told: str
) -> None:
    found, html = ask(curator, shop, "look", latitude=latitude, longitude=longitude)
    assert (found, notes(html)) == (None, [told])


@pytest.mark.parametrize(
    ("reaction", "detail"),
    [
        (
            problem(401, "Not Authorized - Invalid Token"),
            "Mapbox does not serve us: 401 Not Authorized - Invalid Token.",
        ),
        (problem(429, "Too Many Requests"), "Mapbox is busy or broken: 429 Too Many Requests"),
        (HangUp(), "Mapbox cannot be reached: RemoteProtocolError."),
    ],
)
def test_a_vendor_that_does_not_answer_is_told_kindly(
    curator: Client, shop: Shop, mapbox_stub: MapboxStub, reaction: Any, detail: str
) -> None:
    mapbox_stub.next(reaction)
    found, html = ask(curator, shop, "find")
    told = notes(html)
    assert found is None
    assert told[0] == "Look: The address could not be looked for just now; nothing was changed."
    assert told[1].startswith(detail)
    assert TOKEN not in html
    mapbox_stub.next(reaction)
    _, html = ask(curator, shop, "look", latitude="25.031", longitude="121.54")
    assert notes(html)[0] == "This point lies in 台北市大安區."  # as the cafés around tell


def test_a_missing_token_and_a_missing_address_are_told(
    curator: Client, shop: Shop, mapbox_stub: MapboxStub, settings: Settings
) -> None:
    assert notes(ask(curator, shop, "find", address="  ")[1]) == ["Look: There is no address to look for."]
    assert notes(ask(curator, shop, "find", address="某路", city="", district="")[1]) == [
        "Look: Nothing was found for this address. Type the coordinates, or click in the drawing."
    ]
    settings.MAPBOX_ACCESS_TOKEN = ""
    assert "MAPBOX_ACCESS_TOKEN is not set" in ask(curator, shop, "find")[1]


def test_names_and_addresses_are_only_ever_text(curator: Client, shop: Shop) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    make_shop(evil, place=(25.0305, 121.54), mrt=evil, **HERE)
    Shop.objects.filter(pk=shop.pk).update(name=evil)
    _, html = ask(curator, shop, "find", address=evil, district=evil[:10], city="台北市")
    assert "<script" not in html
    assert "<img" not in html
    _, html = ask(curator, shop, "look", latitude="25.0305", longitude="121.54", address=evil)
    assert escape(evil) in html
    page = curator.get(f"/shops/shop/{shop.pk}/change/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_only_those_who_may_change_cafes_ask(shop: Shop, mapbox_stub: MapboxStub) -> None:
    url = f"/shops/shop/{shop.pk}/place/"
    viewer = operator("viewer", "shops.view_shop")
    assert viewer.post(url, {"what": "find"}).status_code == 403
    assert Client().post(url, {"what": "find"})["Location"].startswith("/login/")
    page = viewer.get(f"/shops/shop/{shop.pk}/change/").content.decode()
    assert "Find by address" not in page
    assert "data-may-change" not in page
    curator = operator("curator", "shops.view_shop", "shops.change_shop")
    assert curator.get(url).status_code == 405
    assert curator.post(f"/shops/shop/{uuid4()}/place/").status_code == 404
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = curator.cookies
    assert guarded.post(url, {"what": "find", "address": "某路"}).status_code == 403
    assert not mapbox_stub.asked


def test_opening_a_page_asks_no_vendor(curator: Client, shop: Shop, mapbox_stub: MapboxStub) -> None:
    placed = make_shop("有位置", place=(25.0305, 121.54), address="台北市大安區某路2號", **HERE)
    page = curator.get(f"/shops/shop/{placed.pk}/change/", headers={"accept-language": "en"}).content.decode()
    assert "This point lies in 台北市大安區." in page
    assert '<svg class="place-map"' in page
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    unplaced = curator.get(f"/shops/shop/{shop.pk}/change/", headers={"accept-language": "en"}).content.decode()
    assert "Where it is, is not known yet." in unplaced
    assert '<svg class="place-map"' not in unplaced
    assert not mapbox_stub.asked


def test_cafes_are_listed_by_state_and_place_and_found_by_name(curator: Client, shop: Shop) -> None:
    def listed(query: str) -> set[str]:
        page = curator.get(f"/shops/shop/{query}").content.decode()
        return set(re.findall(r"/change/[^\"]*\">([^<]+)</a>", page))

    assert listed("") == {"某咖啡", "鄰居 0", "鄰居 1", "鄰居 2"}
    assert listed("?place=none") == {"某咖啡"}
    assert listed("?status=live&q=鄰居 1") == {"鄰居 1"}
    assert listed(f"?q={shop.pk}") == {"某咖啡"}
    assert listed("?q=某路1號") == {"某咖啡"}
    assert curator.get("/shops/shop/add/").status_code == 403
    assert curator.get(f"/shops/shop/{shop.pk}/delete/").status_code == 403


def test_the_pages_speak_chinese(curator: Client, shop: Shop) -> None:
    page = curator.get(f"/shops/shop/{shop.pk}/change/", headers={"accept-language": "zh-hant"}).content.decode()
    assert "用地址找" in page
    assert "在它那條路上的某處" in page
    assert "Of latitude" not in page
    assert "名稱" in curator.get("/shops/shop/", headers={"accept-language": "zh-hant"}).content.decode()
    answer = curator.post(
        f"/shops/shop/{shop.pk}/place/", {"what": "look"}, headers={"accept-language": "zh-hant"}
    ).json()
    assert "不在台灣" in answer["html"]
