"""Hours of cafés that are there already are read by a migration, and again by a command."""

from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from shops.hours.week import OpenInterval, OpenWeek
from shops.importers.rereading import RereadCounts, reread_hours
from shops.models import Shop, ShopSearch
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db

DAILY = OpenWeek.of_days((day, [OpenInterval(600, 1200)]) for day in range(7))
CURATED = OpenWeek.of([(0, 60)])


def test_hours_that_were_published_before_are_read_and_reach_the_search_documents() -> None:
    shop = make_shop("a", opening_hours_raw="10:00-20:00")
    make_shop("b", opening_hours_raw="不定休")
    make_shop("c")
    assert reread_hours() == RereadCounts(known=1, unknown=1, silent=1, changed=1)
    assert Shop.objects.get(id=shop.id).open_minutes == DAILY
    assert ShopSearch.objects.get(shop=shop).open_minutes == DAILY


def test_reading_again_writes_nothing() -> None:
    shop = make_shop("a", opening_hours_raw="10:00-20:00")
    reread_hours()
    shop.refresh_from_db()
    assert reread_hours().changed == 0
    assert Shop.objects.get(id=shop.id).updated_at == shop.updated_at


def test_what_is_not_read_any_more_becomes_unknown() -> None:
    shop = make_shop("a", opening_hours_raw="看心情", open_minutes=DAILY)
    assert reread_hours().changed == 1
    assert Shop.objects.get(id=shop.id).open_minutes is None


@pytest.mark.parametrize("locked", ["open_minutes", "opening_hours_raw"])
def test_what_a_curator_corrected_stays(locked: str) -> None:
    shop = make_shop("a", opening_hours_raw="10:00-20:00", open_minutes=CURATED, locked_fields=[locked])
    assert reread_hours() == RereadCounts(known=0, unknown=0, silent=0, changed=0)
    assert Shop.objects.get(id=shop.id).open_minutes == CURATED


def test_more_cafes_than_a_batch_are_all_read() -> None:
    Shop.objects.bulk_create(
        Shop(name=str(number), latitude=25, longitude=121.5, opening_hours_raw="10:00-20:00") for number in range(501)
    )
    assert reread_hours().changed == 501
    assert not Shop.objects.filter(open_minutes__isnull=True).exists()


def test_production_s_cafes_are_read_by_the_migration() -> None:
    shop = make_shop("a", opening_hours_raw="10:00-20:00")
    import_module("shops.migrations.0009_read_hours").read_hours_that_are_there(None, connection.schema_editor())
    assert Shop.objects.get(id=shop.id).open_minutes == DAILY


def test_the_command_says_what_it_read() -> None:
    make_shop("a", opening_hours_raw="10:00-20:00")
    out = StringIO()
    call_command("parse_hours", stdout=out)
    assert out.getvalue() == ("Hours known of 1 cafés, not understood of 0, not published of 0; 1 changed.\n")
