"""Looking for cafés whose record has no coordinates: what is asked, kept and written, whatever the vendor does."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from caferoam.testing.mapbox import MapboxStub, collection, feature, problem
from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction, Silence
from shops.models import Geocode, Shop
from shops.places.placing import PlacingReport, place_shops
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db

NOWHERE = (23.75, 120.95)


def draft(number: int = 1, **fields: Any) -> Shop:
    """As an import leaves it."""
    known = {"address": f"台北市大安區某路{number}號", "city": "台北市", "district": "大安區", "source": "cafenomad"}
    return make_shop(
        f"某咖啡 {number}", place=NOWHERE, status="draft", **known | {"location_precision": "none"} | fields
    )


def state(shop: Shop) -> tuple[str, float, float, str, str]:
    shop.refresh_from_db()
    return shop.status, shop.latitude, shop.longitude, shop.location_precision, shop.location_source


def command() -> str:
    out = StringIO()
    call_command("place_shops", stdout=out)
    return out.getvalue()


def test_a_house_that_is_found_makes_the_cafe_live(mapbox_stub: MapboxStub) -> None:
    shop = draft()
    mapbox_stub.places["台北市大安區某路1號"] = feature(25.03, 121.54)
    report = place_shops()
    assert (report.exactly, report.asked, report.total) == (1, 1, 1)
    assert state(shop) == ("live", 25.03, 121.54, "address", "mapbox")


@pytest.mark.parametrize(
    ("found", "precision"),
    [
        (feature(25.03, 121.54, kind="street"), "street"),
        (feature(25.03, 121.54, accuracy="interpolated"), "street"),
        (feature(25.03, 121.54, kind="locality"), "district"),
    ],
)
def test_what_is_not_found_exactly_stays_a_draft(
    mapbox_stub: MapboxStub, found: dict[str, object], precision: str
) -> None:
    shop = draft()
    mapbox_stub.places["台北市"] = found
    place_shops()
    assert state(shop) == ("draft", 25.03, 121.54, precision, "mapbox")


def test_what_the_vendor_does_not_know_is_looked_up_in_the_tables(mapbox_stub: MapboxStub) -> None:
    make_shop("鄰居", place=(25.026, 121.543), city="台北市", district="大安區")
    known, unknown = draft(1), draft(2, address="某島1號", city="", district="")
    report = place_shops()
    assert (report.by_district, report.left, report.asked) == (1, 1, 2)
    assert state(known) == ("draft", 25.026, 121.543, "district", "offline")
    assert state(unknown) == ("draft", *NOWHERE, "none", "source")


def test_offline_asks_nobody_and_knows_stations_and_districts() -> None:
    for latitude in (25.030, 25.032):
        make_shop("鄰居", place=(latitude, 121.54), city="台北市", district="大安區", mrt="大安站")
    near, somewhere = draft(1, mrt="捷運大安站"), draft(2)
    report = place_shops()
    assert (report.nearby, report.by_district, report.asked) == (1, 1, 0)
    assert state(near)[3:] == ("mrt", "offline")
    assert state(somewhere)[3:] == ("district", "offline")
    assert not Geocode.objects.exists()


def test_nothing_is_asked_twice(mapbox_stub: MapboxStub) -> None:
    mapbox_stub.places["台北市大安區某路1號"] = feature(25.03, 121.54, kind="street")
    draft(1), draft(2), draft(3, address="臺北市大安區某路2號")
    assert place_shops().asked == 2  # 臺 is 台: of the second and third one is asked
    report = place_shops()
    assert (report.asked, report.nearby, report.left, len(mapbox_stub.asked)) == (0, 1, 2, 2)


def test_what_was_not_found_is_asked_again_after_a_while(mapbox_stub: MapboxStub) -> None:
    shop = draft()
    place_shops()
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    Geocode.objects.update(asked_at=Now() - timedelta(days=29))
    assert place_shops().asked == 0
    Geocode.objects.update(asked_at=Now() - timedelta(days=31))
    assert place_shops().asked == 1
    assert state(shop)[0] == "live"
    Geocode.objects.update(asked_at=Now() - timedelta(days=3650))
    Shop.objects.update(location_precision="none", status="draft")
    assert place_shops().asked == 0  # where a house stands stays true


def test_answers_are_read_in_one_statement_for_many(mapbox_stub: MapboxStub) -> None:
    for number in range(20):
        draft(number)
    place_shops()
    with CaptureQueriesContext(connection) as queries:
        place_shops()
    assert len([query for query in queries if '"geocodes"' in query["sql"]]) == 1


def test_questions_are_under_way_a_few_at_a_time(mapbox_stub: MapboxStub) -> None:
    for number in range(12):
        draft(number)
    mapbox_stub.after_s = 0.02
    place_shops(at_once=3)
    assert len(mapbox_stub.asked) == 12
    assert 2 <= mapbox_stub.most_at_once <= 3


def test_closed_locked_and_placed_cafes_are_not_asked_for(mapbox_stub: MapboxStub) -> None:
    draft(1, locked_fields=["latitude", "longitude"])
    closed = draft(2)
    Shop.objects.filter(pk=closed.pk).update(status="closed")
    draft(3, location_precision="exact")
    assert place_shops() == PlacingReport()
    assert not mapbox_stub.asked


def test_a_draft_of_a_curator_s_is_placed_and_stays_a_draft(mapbox_stub: MapboxStub) -> None:
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    locked, own = draft(1, locked_fields=["status"]), draft(2, source="curator")
    assert place_shops().exactly == 2
    assert state(locked)[::3] == ("draft", "address")
    assert state(own)[::3] == ("draft", "address")


def test_a_place_is_only_changed_for_a_nearer_one(mapbox_stub: MapboxStub) -> None:
    shop = draft(location_precision="street")
    mapbox_stub.places["台北市"] = feature(25.03, 121.54, kind="locality")
    assert place_shops().nearby == 1
    assert state(shop)[1:4] == (*NOWHERE, "street")


@pytest.mark.django_db(transaction=True)
def test_what_a_curator_wrote_meanwhile_stays(mapbox_stub: MapboxStub) -> None:
    shop = draft()

    def while_it_is_looked_for(asked: Asked) -> Reaction:
        try:
            Shop.objects.filter(pk=shop.pk).update(
                latitude=25.1, longitude=121.6, location_precision="exact", location_source="curator"
            )
        finally:
            connection.close()
        return collection(feature(25.03, 121.54))

    mapbox_stub.respond = while_it_is_looked_for
    place_shops()
    assert state(shop) == ("draft", 25.1, 121.6, "exact", "curator")


FAILURES: list[tuple[Reaction, str]] = [
    (problem(401, "Not Authorized - Invalid Token"), "Mapbox does not serve us: 401 Not Authorized - Invalid Token."),
    (problem(403, "Forbidden"), "Mapbox does not serve us: 403 Forbidden."),
    (problem(429, "Too Many Requests"), "Mapbox is busy or broken: 429 Too Many Requests"),
    (problem(503, "Service Unavailable"), "Mapbox is busy or broken: 503 Service Unavailable"),
    (Answer(body=b"<html>"), "Mapbox answered with no JSON."),
    (Answer(body=b'{"features": [', cut_after=4), "Mapbox cannot be reached: RemoteProtocolError."),
    (HangUp(), "Mapbox cannot be reached: RemoteProtocolError."),
    (Silence(), "Mapbox does not answer: ReadTimeout."),
]


@pytest.mark.parametrize(("failure", "told"), FAILURES)
def test_a_failure_costs_one_question_and_is_told(
    mapbox_stub: MapboxStub, settings: Settings, failure: Reaction, told: str
) -> None:
    settings.MAPBOX_TIMEOUT = timedelta(milliseconds=300)
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    shop = draft()
    mapbox_stub.next(failure)
    report = place_shops()
    assert (report.unasked, report.left, report.trouble.startswith(told)) == (1, 1, True)
    assert state(shop) == ("draft", *NOWHERE, "none", "source")
    assert not Geocode.objects.exists()
    assert place_shops().exactly == 1  # the next run finds it
    assert state(shop)[0] == "live"


def test_a_vendor_that_does_not_answer_is_left_alone(mapbox_stub: MapboxStub) -> None:
    for number in range(30):
        draft(number)
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    mapbox_stub.next(*[problem(500, "Internal")] * 30)
    report = place_shops(at_once=1)
    assert (len(mapbox_stub.asked), report.unasked, report.left) == (3, 30, 30)


def test_a_rate_limit_ends_the_run_and_says_when_to_go_on(mapbox_stub: MapboxStub) -> None:
    for number in range(9):
        draft(number)
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    mapbox_stub.next(problem(429, "Too Many Requests", {"Retry-After": "42"}))
    out = StringIO()
    with pytest.raises(CommandError, match="Not all could be asked for"):
        call_command("place_shops", stdout=out)
    assert out.getvalue().splitlines()[1].endswith(": run `python manage.py place_shops` in 42 s.")
    assert 1 <= len(mapbox_stub.asked) <= 4  # those that were under way
    command()
    assert Shop.objects.live().count() == 9
    assert len(mapbox_stub.asked) <= 10


def test_a_question_that_is_refused_is_not_found_and_not_repeated(mapbox_stub: MapboxStub) -> None:
    draft()
    mapbox_stub.next(problem(422, "q is not taken"))
    assert (place_shops().left, place_shops().asked, len(mapbox_stub.asked)) == (1, 0, 1)


def test_a_missing_token_is_named_before_anything_is_done(mapbox_stub: MapboxStub, settings: Settings) -> None:
    draft()
    settings.MAPBOX_ACCESS_TOKEN = ""
    with pytest.raises(ImproperlyConfigured, match="MAPBOX_ACCESS_TOKEN is not set"):
        place_shops()
    with pytest.raises(CommandError, match="MAPBOX_ACCESS_TOKEN is not set"):
        command()


@pytest.mark.parametrize("precision", ["street", "mrt", "district", "none"])
def test_no_live_cafe_has_a_place_that_is_not_its_own(precision: str) -> None:
    with pytest.raises(IntegrityError, match="shops_live_has_place"):
        make_shop("某咖啡", location_precision=precision)
