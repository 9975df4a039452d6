"""Whether a café is open: said of each, and asked for, against the moment of the request."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from shops import directory
from shops.filters import ShopFilters
from shops.hours.week import TAIPEI, WEEK_MINUTES, OpenInterval, OpenWeek, minute_of_week
from shops.search.vocabulary import vocabularies
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy")]

MONDAY_10 = datetime(2026, 11, 23, 10, tzinfo=TAIPEI)
ALWAYS = OpenWeek.of([(0, WEEK_MINUTES)])


def daily(opens: int, closes: int) -> OpenWeek:
    """Every day, in whole hours."""
    return OpenWeek.of_days((day, [OpenInterval(opens * 60, closes * 60)]) for day in range(7))


def page(filters: ShopFilters, *, now: datetime, cursor: str | None = None, limit: int = 20) -> dict[str, Any]:
    return directory.shop_page(
        filters, order="name", limit=limit, cursor=cursor, vocabulary=vocabularies.current(), now=now
    )


def names(body: dict[str, Any]) -> list[str]:
    return [shop["name"] for shop in body["results"]]


@pytest.fixture
def street() -> None:
    make_shop("always", open_minutes=ALWAYS)
    make_shop("day", open_minutes=daily(9, 18))
    make_shop("night", open_minutes=daily(18, 26))
    make_shop("unknown", opening_hours_raw="不定休")


@pytest.mark.usefixtures("street")
def test_each_cafe_says_whether_it_is_open_and_until_when() -> None:
    told = {
        shop["name"]: (shop["is_open_now"], shop["next_change_at"])
        for shop in page(ShopFilters(), now=MONDAY_10)["results"]
    }
    assert told == {
        "always": (True, None),
        "day": (True, "2026-11-23T18:00:00+08:00"),
        "night": (False, "2026-11-23T18:00:00+08:00"),
        "unknown": (None, None),
    }


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (MONDAY_10, ["always", "day"]),
        (MONDAY_10.replace(hour=8, minute=59, second=59), ["always"]),
        (MONDAY_10.replace(hour=9), ["always", "day"]),
        (MONDAY_10.replace(hour=18), ["always", "night"]),
        (MONDAY_10.replace(hour=0), ["always", "night"]),  # Sunday's night
        (MONDAY_10.replace(hour=2), ["always"]),
        (datetime(2026, 11, 23, 2, tzinfo=UTC), ["always", "day"]),
    ],
)
@pytest.mark.parametrize("name", ["open_at", "open_now"])
def test_only_what_is_open_then_passes(name: str, moment: datetime, found: list[str]) -> None:
    filters = ShopFilters(open_at=moment) if name == "open_at" else ShopFilters(open_now=moment)
    assert names(page(filters, now=MONDAY_10)) == found


@pytest.mark.usefixtures("street")
def test_open_now_and_open_at_must_both_hold() -> None:
    assert names(page(ShopFilters(open_now=MONDAY_10, open_at=MONDAY_10.replace(hour=20)), now=MONDAY_10)) == ["always"]


@pytest.mark.usefixtures("street")
def test_a_list_of_what_is_open_now_goes_on_later() -> None:
    first = page(ShopFilters(open_now=MONDAY_10), now=MONDAY_10, limit=1)
    assert names(first) == ["always"]
    later = MONDAY_10.replace(hour=20)
    second = page(ShopFilters(open_now=later), now=later, cursor=first["next_cursor"])
    assert names(second) == ["night"], "what is open by then"


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    "other",
    [
        ShopFilters(),
        ShopFilters(open_at=MONDAY_10),
        ShopFilters(open_now=MONDAY_10, open_at=MONDAY_10),
    ],
)
def test_a_cursor_of_what_is_open_now_fits_no_other_list(other: ShopFilters) -> None:
    cursor = page(ShopFilters(open_now=MONDAY_10), now=MONDAY_10, limit=1)["next_cursor"]
    with pytest.raises(ValidationError, match="cursor"):
        page(other, now=MONDAY_10, cursor=cursor)


@pytest.mark.usefixtures("street")
def test_a_cursor_is_bound_to_the_minute_that_was_asked_for() -> None:
    cursor = page(ShopFilters(open_at=MONDAY_10), now=MONDAY_10, limit=1)["next_cursor"]
    with pytest.raises(ValidationError, match="cursor"):
        page(ShopFilters(open_at=MONDAY_10 + timedelta(minutes=1)), now=MONDAY_10, cursor=cursor)
    assert names(page(ShopFilters(open_at=MONDAY_10.astimezone(UTC)), now=MONDAY_10, cursor=cursor)) == ["day"]


@pytest.mark.usefixtures("street")
def test_the_directory_reads_the_time_of_taipei_unless_it_is_told_another(api: ApiClient) -> None:
    api.get("/shops")  # the taxonomy is read once
    for moment in ("2026-11-23T10:00", "2026-11-23T10:00:30+08:00", "2026-11-23T02:00Z"):
        response = api.get("/shops", {"open_at": moment})
        assert (response.status_code, api.queries) == (200, 1)
        assert names(response.json()) == ["always", "day"]
    assert_as_described(response.json(), "ShopPage")


@pytest.fixture
def around_now() -> None:
    minute = minute_of_week(timezone.now())
    make_shop("open", open_minutes=OpenWeek.of([((minute - 120) % WEEK_MINUTES, (minute - 120) % WEEK_MINUTES + 240)]))
    make_shop("shut", open_minutes=OpenWeek.of([((minute + 1440) % WEEK_MINUTES, (minute + 1440) % WEEK_MINUTES + 9)]))
    make_shop("unknown")


@pytest.mark.usefixtures("around_now")
def test_the_directory_goes_by_the_clock(api: ApiClient) -> None:
    api.get("/shops")
    assert names(api.get("/shops", {"open_now": "true"}).json()) == ["open"]
    assert api.queries == 1
    everything = api.get("/shops", {"open_now": "false"}).json()
    assert [shop["is_open_now"] for shop in everything["results"]] == [True, False, None]


@pytest.fixture
def signed_in(member: Principal, bearer: Callable[[Principal], dict[str, str]]) -> dict[str, str]:
    return bearer(member)


@pytest.mark.usefixtures("around_now")
def test_search_filters_by_hours_too(api: ApiClient, signed_in: dict[str, str]) -> None:
    response = api.get("/search", {"text": "咖啡", "open_now": "true"}, headers=signed_in)
    body = response.json()
    assert_as_described(body, "SearchAnswer")
    assert [result["shop"]["name"] for result in body["results"]] == ["open"]
    assert body["results"][0]["shop"]["is_open_now"] is True


@pytest.mark.parametrize("path", ["/shops", "/search"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("open_now", ""),
        ("open_now", "1"),
        ("open_now", "True"),
        ("open_now", "now"),
        ("open_at", ""),
        ("open_at", "now"),
        ("open_at", "10:00"),
        ("open_at", "2026-11-23"),
        ("open_at", "2026-11-23 10:00"),
        ("open_at", "2026-11-23T10:00 08:00"),  # a + that was not escaped
        ("open_at", "2026-11-31T10:00"),
        ("open_at", "2026-02-29T10:00"),
        ("open_at", "2026-11-23T24:00"),
        ("open_at", "2026-11-23T10:60"),
        ("open_at", "2026-11-23T10:00+15:00"),
        ("open_at", "0001-01-01T00:00+14:00"),
        ("open_at", "9999-12-31T23:59-12:00"),
        ("open_at", "２０２６-11-23T10:00"),
        ("open_at", "2026-11-23T10:00\n"),
    ],
)
def test_what_is_no_moment_is_refused_by_name(
    api: ApiClient, signed_in: dict[str, str], path: str, field: str, value: str
) -> None:
    params = {field: value} | ({"text": "安靜"} if path == "/search" else {})
    response = api.get(path, params, headers=signed_in)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


@pytest.mark.parametrize("moment", ["2028-02-29T23:59", "2000-02-29T00:00:59Z", "2099-12-31T23:59:59-14:59"])
def test_every_day_of_the_century_can_be_asked_for(api: ApiClient, moment: str) -> None:
    assert api.get("/shops", {"open_at": moment}).status_code == 200


def test_a_cafe_tells_the_hours_of_each_day(api: ApiClient) -> None:
    week = OpenWeek.of_days(
        [(0, [OpenInterval(480, 720), OpenInterval(780, 1440)]), (5, [OpenInterval(1080, 1560)]), (6, [])]
    )
    shop = make_shop("a", open_minutes=week)
    response = api.get(f"/shops/{shop.id}")
    assert api.queries == 4
    body = json.loads(response.content)
    assert_as_described(body, "ShopDetail")
    assert body["hours"] == {
        "always_open": False,
        "week": [
            {"day": 1, "intervals": [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"}]},
            *({"day": day, "intervals": []} for day in range(2, 6)),
            {"day": 6, "intervals": [{"opens": "18:00", "closes": "02:00"}]},
            {"day": 7, "intervals": []},
        ],
    }
    detail = directory.shop_detail(shop.id, now=MONDAY_10)
    assert (detail["is_open_now"], detail["next_change_at"]) == (True, "2026-11-23T12:00:00+08:00")


def test_unknown_hours_are_told_as_unknown(api: ApiClient) -> None:
    body = api.get(f"/shops/{make_shop('a', opening_hours_raw='不定休').id}").json()
    assert_as_described(body, "ShopDetail")
    assert (body["hours"], body["is_open_now"], body["next_change_at"]) == (None, None, None)
    assert body["opening_hours_raw"] == "不定休"


def test_what_never_closes_says_so(api: ApiClient) -> None:
    body = api.get(f"/shops/{make_shop('a', open_minutes=ALWAYS).id}").json()
    assert_as_described(body, "ShopDetail")
    assert body["hours"]["always_open"] is True
    assert body["hours"]["week"][6] == {"day": 7, "intervals": [{"opens": "00:00", "closes": "24:00"}]}
    assert (body["is_open_now"], body["next_change_at"]) == (True, None)
