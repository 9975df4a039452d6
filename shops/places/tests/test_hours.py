"""Curators see how a café's hours were read, and put them right; what they say stays."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from caferoam.testing.desk import become_the_admin, operator
from shops.hours.simple import read_simple, write_simple
from shops.models import Shop, ShopSearch
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = "Tu-Su 10:00-20:00"


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    become_the_admin(settings)


@pytest.fixture
def curator(transactional_db: None) -> Client:
    return operator("curator", "shops.view_shop", "shops.change_shop")


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return make_shop(
        "某咖啡",
        address="台北市大安區某路1號",
        opening_hours_raw="10:00-20:00\n<b>週一公休</b>",
        open_minutes=read_simple(WEEK),
    )


def page(client: Client, shop: Shop, language: str = "en") -> str:
    answer = client.get(f"/shops/shop/{shop.pk}/change/", headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def change(client: Client, shop: Shop, **changes: object) -> Any:
    names = ("name", "status", "address", "city", "district", "latitude", "longitude", "location_precision")
    sent = {name: getattr(shop, name) for name in names} | {
        "hours": write_simple(shop.open_minutes) if shop.open_minutes else "",
        "locked": shop.locked_fields,
    }
    answer = client.post(f"/shops/shop/{shop.pk}/change/", sent | changes, headers={"accept-language": "en"})
    shop.refresh_from_db()
    return answer


def told(html: str) -> list[tuple[str, str]]:
    return re.findall(r"<tr><th scope=row>(.*?)</th><td>(.*?)</td></tr>", html)


@pytest.mark.parametrize(("language", "monday", "closed"), [("en", "Monday", "closed"), ("zh-hant", "星期一", "休息")])
def test_the_text_stands_beside_what_was_read_in_it(
    curator: Client, shop: Shop, language: str, monday: str, closed: str
) -> None:
    html = page(curator, shop, language)
    days = told(html)
    assert days[0] == (monday, closed)
    assert [hours for _, hours in days[1:]] == ["10:00–20:00"] * 6
    assert "10:00-20:00<br>&lt;b&gt;週一公休&lt;/b&gt;" in html
    assert f">\n{WEEK}</textarea>" in html


def test_what_could_not_be_read_is_said_to_be_unknown(curator: Client, shop: Shop) -> None:
    Shop.objects.update(open_minutes=None)
    assert "could not be read without guessing" in page(curator, shop)
    Shop.objects.update(opening_hours_raw="")
    assert "could not be read" not in page(curator, shop)


def test_corrected_hours_are_kept_and_locked(curator: Client, shop: Shop) -> None:
    assert change(curator, shop, hours="Mo-Fr 08:00-18:00\r\n週六 10:00-02:00").status_code == 302
    assert shop.open_minutes == read_simple("Mo-Fr 08:00-18:00; Sa 10:00-02:00")
    assert shop.locked_fields == ["open_minutes"]
    assert ShopSearch.objects.get(shop=shop).open_minutes == shop.open_minutes


def test_hours_that_were_not_touched_are_neither_written_nor_locked(curator: Client, shop: Shop) -> None:
    change(curator, shop, name="改名", hours="Su,Tu-Sa  10:00 - 20:00")  # the same week in other words
    assert (shop.name, shop.locked_fields) == ("改名", ["name"])


def test_a_curator_may_say_that_the_hours_are_not_known(curator: Client, shop: Shop) -> None:
    change(curator, shop, hours="")
    assert (shop.open_minutes, shop.locked_fields) == (None, ["open_minutes"])


def test_hours_that_are_let_go_of_are_read_again(curator: Client, shop: Shop) -> None:
    Shop.objects.update(open_minutes=read_simple("24/7"), locked_fields=["open_minutes"], opening_hours_raw="9-17")
    shop.refresh_from_db()
    change(curator, shop, locked=[])
    assert shop.open_minutes == read_simple("Mo-Su 09:00-17:00")
    assert shop.locked_fields == []


@pytest.mark.parametrize(
    ("hours", "error"),
    [
        ("whenever", "“whenever” is not understood. Write it as in Mo-Fr 08:00-18:00; Sa 10:00-02:00."),
        ("Mo 08:00-25:00", "“08:00-25:00” are no hours: a day goes from 00:00 to 24:00."),
        ("Mo 08:00-10:00; Mo 12:00-13:00", "Mo stands there twice. Put all hours of a day in one place, with commas."),
        ("Mo 08:00-12:00,11:00-13:00", "Some of the hours overlap, maybe a night and the next morning."),
        ("Mo off", "It must be open on some day. Leave this empty if its hours are not known."),
        ("<script>" * 20, "is not understood"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(curator: Client, shop: Shop, hours: str, error: str) -> None:
    answer = change(curator, shop, hours=hours)
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert "<script>&" not in answer.content.decode()
    assert hours.split(">", 1)[0].replace("<", "&lt;") in answer.content.decode(), "what was typed is still there"
    assert shop.open_minutes == read_simple(WEEK)


def test_who_may_only_look_sees_the_hours(shop: Shop) -> None:
    viewer = operator("viewer", "shops.view_shop")
    html = page(viewer, shop)
    assert len(told(html)) == 7
    assert "<textarea" not in html
    assert '<div class="readonly">None</div>' not in html
