"""The adapter over HTTP against a stand-in of Mapbox: what is asked, and every way in which it fails."""

import json
import logging
import time
import traceback
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.maps import Area, Geocoder, Place, Point, Precision, Where, configured, get_geocoder, ping
from caferoam.testing.mapbox import TOKEN, MapboxStub, collection, feature, problem
from caferoam.testing.vendors import Answer, HangUp, Silence

HERE = Where("台北市大安區某路1號", "台北市", "大安區")


class NoTables:
    def middle_of(self, area: Area) -> Point | None:
        raise AssertionError(area)

    def station(self, name: str) -> Point | None:
        raise AssertionError(name)

    def area_around(self, point: Point) -> Area | None:
        raise AssertionError(point)


@pytest.fixture
def mapbox(mapbox_stub: MapboxStub) -> Geocoder:
    """As the settings choose it."""
    return get_geocoder(NoTables())


def test_an_address_is_asked_for_in_taiwan_and_to_be_kept(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    mapbox_stub.places["台北市"] = feature(25.03, 121.54)
    assert mapbox.geocode(HERE) == Place(Point(25.03, 121.54), Precision.ADDRESS, 1.0)
    (asked,) = mapbox_stub.asked
    assert (asked.method, asked.path.partition("?")[0]) == ("GET", "/search/geocode/v6/forward")
    (question,) = mapbox_stub.questions
    assert question["q"] == "台北市大安區某路1號"
    assert (question["country"], question["language"], question["permanent"]) == ("tw", "zh-Hant", "true")
    assert (question["bbox"], question["autocomplete"], question["limit"]) == ("118.1,21.8,122.1,26.4", "false", "1")
    assert question["access_token"] == TOKEN


def test_an_area_that_the_address_does_not_name_goes_before_it(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    mapbox.geocode(Where("某路1號", "台北市", "大安區"))
    assert mapbox_stub.questions[0]["q"] == "台北市大安區某路1號"


def test_a_hostile_address_is_one_question_of_a_length_that_is_taken(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    mapbox.geocode(Where("某路1號;&access_token=x\n\x00#" + "忽略以上指示 " * 99))
    (question,) = mapbox_stub.questions
    assert len(question["q"]) <= 256
    assert not {";", "\n", "\x00"} & set(question["q"])
    assert question["access_token"] == TOKEN


def test_no_address_is_no_question(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    assert mapbox.geocode(Where("  ", "台北市", "大安區")) is None
    assert not mapbox_stub.asked


@pytest.mark.parametrize(
    ("found", "precision"),
    [
        (("address", "rooftop", "high"), Precision.ADDRESS),
        (("address", "rooftop", "low"), Precision.STREET),
        (("address", "interpolated", "exact"), Precision.STREET),
        (("street", "", ""), Precision.STREET),
        (("locality", "", ""), Precision.DISTRICT),
    ],
)
def test_only_a_sure_house_counts_as_one(
    mapbox: Geocoder, mapbox_stub: MapboxStub, found: tuple[str, str, str], precision: Precision
) -> None:
    kind, accuracy, confidence = found
    mapbox_stub.places["台北市"] = feature(25.03, 121.54, kind=kind, accuracy=accuracy, confidence=confidence)
    place = mapbox.geocode(HERE)
    assert place
    assert place.precision is precision


def test_a_road_of_the_same_name_elsewhere_is_no_answer(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    mapbox_stub.places["台北市"] = feature(24.14, 120.66, names={"region": "臺中市", "locality": "西區"})
    assert mapbox.geocode(HERE) is None
    mapbox_stub.places["台北市"] = feature(25.03, 121.56, names={"region": "臺北市", "locality": "信義區"})
    assert mapbox.geocode(HERE) is None
    mapbox_stub.places["台北市"] = feature(25.03, 121.54, names={"region": "臺北市", "locality": "大安区"})
    assert mapbox.geocode(HERE)


def test_a_whole_city_is_no_answer(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    mapbox_stub.places["台北市"] = feature(25.03, 121.54, kind="place", names={"place": "台北市"})
    assert mapbox.geocode(HERE) is None


def test_nothing_found_is_none(mapbox: Geocoder) -> None:
    assert mapbox.geocode(HERE) is None
    assert mapbox.reverse(Point(25.03, 121.54)) is None


@pytest.mark.parametrize(
    ("names", "area"),
    [
        ({"region": "臺北市", "locality": "信義區"}, Area("台北市", "信義區")),
        ({"region": "新竹縣", "place": "竹北市", "neighborhood": "某里"}, Area("新竹縣", "竹北市")),
        ({"place": "花蓮縣", "locality": "吉安鄉"}, Area("花蓮縣", "吉安鄉")),
        ({"region": "台北市"}, Area("台北市")),
        ({"region": "福建省"}, None),
    ],
)
def test_a_point_lies_in_a_city_and_a_district(
    mapbox: Geocoder, mapbox_stub: MapboxStub, names: dict[str, str], area: Area | None
) -> None:
    mapbox_stub.area = feature(25.03, 121.56, kind="locality", names=names)
    assert mapbox.reverse(Point(25.033901, 121.5645)) == area
    (question,) = mapbox_stub.questions
    assert (question["latitude"], question["longitude"], question["permanent"]) == ("25.033901", "121.564500", "true")


@pytest.mark.parametrize("point", [Point(0, 0), Point(121.5, 25.0), Point(float("nan"), 121), Point(35.6, 139.7)])
def test_a_point_outside_of_taiwan_is_not_asked_for(mapbox: Geocoder, mapbox_stub: MapboxStub, point: Point) -> None:
    assert mapbox.reverse(point) is None
    assert not mapbox_stub.asked


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0, 0), (121.54, 25.03), (37.4, -122.1), (float("nan"), 121.5), (float("inf"), 121.5), (1e308, 1e308)],
)
def test_coordinates_outside_of_taiwan_are_no_answer(
    mapbox: Geocoder, mapbox_stub: MapboxStub, latitude: float, longitude: float
) -> None:
    mapbox_stub.places["台北市"] = feature(latitude, longitude)
    assert mapbox.geocode(HERE) is None


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"coordinates": None},
        {"coordinates": {"latitude": "25", "longitude": "121.5"}},
        {"coordinates": {"latitude": True, "longitude": 121.5}},
        {"coordinates": {"latitude": 10**400, "longitude": 121.5}},
        {"coordinates": [121.5, 25], "context": [], "match_code": 7},
        {"coordinates": {"latitude": 25.03, "longitude": 121.54}, "context": {"region": "x", "place": {"name": 7}}},
    ],
)
def test_a_feature_that_is_not_as_documented_is_no_answer(
    mapbox: Geocoder, mapbox_stub: MapboxStub, properties: dict[str, object]
) -> None:
    mapbox_stub.next(Answer(body=json.dumps({"features": [{"properties": properties}, 7, None]}).encode()))
    assert mapbox.geocode(HERE) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>", "no JSON"),
        (b"", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "no features"),
        (b"{}", "no features"),
        (b'{"features": 3}', "no features"),
        (b" " * (1024 * 1024 + 1), "more than 1048576 bytes"),
    ],
)
def test_an_answer_that_is_none_is_tried_again_later(
    mapbox: Geocoder, mapbox_stub: MapboxStub, body: bytes, told: str
) -> None:
    mapbox_stub.next(Answer(body=body))
    with pytest.raises(ProviderUnavailable, match=f"Mapbox answered with {told}"):
        mapbox.geocode(HERE)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "Mapbox does not serve us: 401 Not good. Look at MAPBOX_ACCESS_TOKEN"),
        (403, "Mapbox does not serve us: 403 Not good. Look at MAPBOX_ACCESS_TOKEN"),
        (404, "Mapbox does not serve us: 404 Not good. Look at MAPBOX_ACCESS_TOKEN"),
        (302, "Mapbox answered with 302, which it never does: is MAPBOX_BASE_URL right"),
        (408, "Mapbox is busy or broken: 408 Not good"),
        (429, "Mapbox is busy or broken: 429 Not good"),
        (500, "Mapbox is busy or broken: 500 Not good"),
        (503, "Mapbox is busy or broken: 503 Not good"),
    ],
)
def test_what_passes_or_can_be_mended_is_unavailable(
    mapbox: Geocoder, mapbox_stub: MapboxStub, status: int, says: str
) -> None:
    mapbox_stub.next(problem(status, "Not good"))
    with pytest.raises(ProviderUnavailable) as caught:
        mapbox.geocode(HERE)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("status", [400, 422])
def test_a_question_that_is_not_taken_is_refused(mapbox: Geocoder, mapbox_stub: MapboxStub, status: int) -> None:
    mapbox_stub.next(problem(status, "q is required"))
    with pytest.raises(ProviderRefused, match=f"Mapbox does not take this question: {status} q is required"):
        mapbox.geocode(HERE)


def test_a_rate_limit_says_until_when(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    limits = {"X-Rate-Limit-Interval": "60", "X-Rate-Limit-Limit": "1000"}
    for headers, least, most in (
        ({"X-Rate-Limit-Reset": str(int(time.time()) + 40)}, 30, 40),
        ({"X-Rate-Limit-Reset": "12"}, 1, 1),
        ({"X-Rate-Limit-Reset": "9" * 12}, 3600, 3600),
        ({"Retry-After": "7", "X-Rate-Limit-Reset": str(int(time.time()) + 40)}, 7, 7),
    ):
        mapbox_stub.next(problem(429, "Too Many Requests", limits | headers))
        with pytest.raises(ProviderUnavailable) as caught:
            mapbox.geocode(HERE)
        assert caught.value.retry_after
        assert timedelta(seconds=least) <= caught.value.retry_after <= timedelta(seconds=most)
    for value in ("soon", "9" * 400, "-1", "١٢"):
        mapbox_stub.next(
            problem(429, "Too Many Requests", limits | {"X-Rate-Limit-Reset": value.encode().decode("latin-1")})
        )
        with pytest.raises(ProviderUnavailable) as caught:
            mapbox.geocode(HERE)
        assert caught.value.retry_after is None


def test_silence_hanging_up_and_cut_bodies_are_unavailable(
    mapbox: Geocoder, mapbox_stub: MapboxStub, settings: Settings
) -> None:
    mapbox_stub.next(HangUp())
    with pytest.raises(ProviderUnavailable, match="Mapbox cannot be reached: RemoteProtocolError"):
        mapbox.geocode(HERE)
    mapbox_stub.next(Answer(body=collection(feature(25, 121.5)).body, cut_after=20))
    with pytest.raises(ProviderUnavailable, match="Mapbox cannot be reached: RemoteProtocolError"):
        mapbox.geocode(HERE)
    settings.MAPBOX_TIMEOUT = timedelta(milliseconds=80)
    mapbox_stub.next(Silence())
    with pytest.raises(ProviderUnavailable, match="Mapbox does not answer: ReadTimeout"):
        mapbox.geocode(HERE)
    settings.MAPBOX_BASE_URL = "http://127.0.0.1:1"
    with pytest.raises(ProviderUnavailable, match="Mapbox cannot be reached: ConnectError"):
        mapbox.geocode(HERE)


def test_the_token_is_in_no_error_and_no_log(
    mapbox: Geocoder, mapbox_stub: MapboxStub, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAPBOX_TIMEOUT = timedelta(milliseconds=80)
    with caplog.at_level(logging.INFO):
        for reaction in (
            problem(401, f"Not Authorized - {TOKEN}"),
            problem(422, TOKEN),
            HangUp(),
            Silence(),
            Answer(body=b"x"),
        ):
            mapbox_stub.next(reaction)
            with pytest.raises((ProviderUnavailable, ProviderRefused)) as caught:
                mapbox.geocode(HERE)
            assert TOKEN not in "".join(traceback.format_exception(caught.value))
            chain = caught.value.__context__ or caught.value
            assert TOKEN not in repr(vars(chain))
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert TOKEN not in "".join(told)


def test_connections_are_used_again(mapbox: Geocoder, mapbox_stub: MapboxStub) -> None:
    for _ in range(3):
        mapbox.geocode(HERE)
    assert len({asked.peer_port for asked in mapbox_stub.asked}) == 1


def test_what_is_set_is_told_without_the_token(mapbox_stub: MapboxStub) -> None:
    told = configured()
    assert (told.kind, told.provider, told.missing) == ("maps", "mapbox", ())
    assert TOKEN not in repr(told)
    assert told.settings["MAPBOX_ACCESS_TOKEN"] == "set"


def test_a_missing_token_is_named(mapbox_stub: MapboxStub, settings: Settings) -> None:
    settings.MAPBOX_ACCESS_TOKEN = ""
    assert configured().missing == ("MAPBOX_ACCESS_TOKEN",)
    with pytest.raises(ImproperlyConfigured, match="MAPBOX_ACCESS_TOKEN is not set"):
        get_geocoder(NoTables())
    with pytest.raises(ImproperlyConfigured, match="MAPBOX_ACCESS_TOKEN is not set"):
        ping()
    settings.MAPS_PROVIDER = "atlas"
    with pytest.raises(ImproperlyConfigured, match="MAPS_PROVIDER names no geocoder: 'atlas'"):
        get_geocoder(NoTables())


def test_ping_makes_one_call(mapbox_stub: MapboxStub, settings: Settings) -> None:
    mapbox_stub.area = feature(25.03, 121.56, kind="locality", names={"region": "台北市", "locality": "信義區"})
    assert ping() == "Mapbox says that Taipei 101 is in 台北市信義區"
    assert len(mapbox_stub.asked) == 1
    settings.MAPS_PROVIDER = "offline"
    assert "nobody is asked" in ping()
    assert configured().provider == "offline"
    assert len(mapbox_stub.asked) == 1
