from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from shops.demo.loader import load_demo
from shops.models import Shop, ShopReview

pytestmark = pytest.mark.django_db


def test_the_demo_cafes_are_live_and_say_that_they_are_fictional() -> None:
    report = load_demo()
    cafes = Shop.objects.filter(source="demo")
    assert (report.inserted, cafes.live().count(), Shop.objects.count()) == (12, 12, 12)
    assert all("（虛構）" in cafe.name for cafe in cafes)
    assert all(cafe.description and cafe.reviews.filter(source="demo").exists() for cafe in cafes)


def test_they_stand_in_several_districts_of_taipei_and_new_taipei_and_once_elsewhere() -> None:
    load_demo()
    areas = set(Shop.objects.values_list("city", "district"))
    assert all(city and district for city, district in areas)
    cities = [city for city, _ in areas]
    assert cities.count("台北市") >= 5
    assert cities.count("新北市") >= 3
    assert set(cities) > {"台北市", "新北市"}


def test_their_hours_are_known_but_for_one_that_says_none() -> None:
    load_demo()
    unknown = Shop.objects.filter(open_minutes__isnull=True)
    assert [cafe.name for cafe in unknown] == ["靜音四號（虛構）"]
    assert unknown[0].opening_hours_raw


def test_loading_again_writes_no_row() -> None:
    load_demo()
    with connection.cursor() as cursor:
        versions = "SELECT id, ctid::text FROM shops UNION ALL SELECT id, ctid::text FROM shop_reviews ORDER BY 1"
        cursor.execute(versions)
        before = cursor.fetchall()
        report = load_demo()
        cursor.execute(versions)
        assert cursor.fetchall() == before
    assert (report.inserted, report.updated, report.unchanged, report.reviews) == (0, 0, 12, 0)


def test_a_changed_demo_cafe_is_set_right_but_for_what_a_curator_locked() -> None:
    load_demo()
    cafe = Shop.objects.order_by("name")[0]
    Shop.objects.filter(pk=cafe.pk).update(name="館長改的", mrt="錯的站", locked_fields=["name"])
    ShopReview.objects.filter(shop=cafe).delete()
    report = load_demo()
    after = Shop.objects.get(pk=cafe.pk)
    assert (after.name, after.mrt) == ("館長改的", cafe.mrt)
    assert (report.updated, report.unchanged) == (1, 11)
    assert report.reviews == after.reviews.count() > 0


def test_if_empty_leaves_a_database_with_shops_alone() -> None:
    Shop.objects.create(name="某咖啡", latitude=25, longitude=121.5)
    out = StringIO()
    call_command("load_demo", if_empty=True, stdout=out)
    assert out.getvalue() == "Demo cafés: not loaded, since there are shops already.\n"
    assert Shop.objects.count() == 1


def test_if_empty_fills_an_empty_database() -> None:
    out = StringIO()
    call_command("load_demo", if_empty=True, stdout=out)
    assert out.getvalue().startswith("Demo cafés: 12 inserted, 0 updated, 0 unchanged;")
