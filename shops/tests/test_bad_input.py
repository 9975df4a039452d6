"""What cannot be understood is refused with 400 and the name of the field. Nothing answers 500."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy")]

FILTERS: list[tuple[str, str]] = [
    ("tag=nonsense", "tag"),
    ("tag=wifi&tag=nonsense", "tag"),
    ("tag=", "tag"),
    ("tag=" + "x" * 9000, "tag"),
    ("&".join(["tag=wifi"] * 21), "tag"),
    ("tag=a%00", "tag"),
    ("mode=play", "mode"),
    ("mode=", "mode"),
    ("near=1", "near"),
    ("near=", "near"),
    ("near=a,b", "near"),
    ("near=25,121,5", "near"),
    ("near=91,121", "near"),
    ("near=25,181", "near"),
    ("near=-91,0", "near"),
    ("near=nan,121", "near"),
    ("near=inf,121", "near"),
    ("near=25,121%00", "near"),
    ("near=2_5,121", "near"),
    ("near=25,1e2", "near"),
    ("near=25,%20121", "near"),
    ("near=25.,121", "near"),
    ("near=%EF%BC%92%EF%BC%95,121", "near"),  # full-width 25
    ("near=25," + "9" * 400, "near"),
    ("near=25,121&radius_m=0", "radius_m"),
    ("near=25,121&radius_m=-5", "radius_m"),
    ("near=25,121&radius_m=50001", "radius_m"),
    ("near=25,121&radius_m=nan", "radius_m"),
    ("near=25,121&radius_m=far", "radius_m"),
    ("near=25,121&radius_m=", "radius_m"),
    ("near=25,121&radius_m=1_000", "radius_m"),
    ("near=25,121&radius_m=1e3", "radius_m"),
    ("near=25,121&radius_m=%EF%BC%95%EF%BC%90%EF%BC%90", "radius_m"),  # full-width 500
    ("near=25,121&radius_m=" + "9" * 400, "radius_m"),
    ("radius_m=500", "radius_m"),
    ("bbox=1,2,3", "bbox"),
    ("bbox=a,b,c,d", "bbox"),
    ("bbox=122,25,121,26", "bbox"),
    ("bbox=121,26,122,25", "bbox"),
    ("bbox=121,25,181,26", "bbox"),
    ("bbox=121,-91,122,26", "bbox"),
    ("bbox=nan,25,122,26", "bbox"),
    ("bbox=1_21,25,122,26", "bbox"),
    ("bbox=121,%EF%BC%92%EF%BC%95,122,26", "bbox"),
    ("q=", "q"),
    ("q=%E2%80%8B", "q"),
    ("q=" + "x" * 101, "q"),
    ("q=a%00b", "q"),
    ("city=" + "x" * 21, "city"),
    ("city=%00", "city"),
    ("city=%E2%80%8B", "city"),
    ("city=", "city"),
    ("district=%E2%80%8B", "district"),
    ("district=" + "x" * 21, "district"),
    ("limit=0", "limit"),
    ("limit=-1", "limit"),
    ("limit=101", "limit"),
    ("limit=ten", "limit"),
    ("limit=1e2", "limit"),
    ("limit=1.0", "limit"),
    ("limit=%201", "limit"),
    ("limit=%EF%BC%91", "limit"),  # full-width 1
    ("limit=" + "9" * 2000, "limit"),
    ("cursor=nonsense", "cursor"),
    ("cursor=", "cursor"),
    ("cursor=" + "x" * 5000, "cursor"),
    ("cursor=a%00", "cursor"),
    ("colour=red", "colour"),
    ("page=2", "page"),
]


OF_LISTS = [
    *FILTERS,
    ("order=price", "order"),
    ("order=", "order"),
    ("order=distance", "order"),
    ("order=distance&bbox=121,25,122,26", "order"),
    ("facets=yes", "facets"),
    ("facets=1", "facets"),
    ("facets=", "facets"),
    ("facets=cities", "facets"),
    ("facets=true&facets=true", "facets"),
]
OF_SEARCH = [
    *((f"text=x&{query}", field) for query, field in FILTERS),
    ("text=x&limit=51", "limit"),
    ("text=x&order=name", "order"),
    ("text=x&areas=some", "areas"),
    ("text=x&times=some", "times"),
    ("text=x&facets=true", "facets"),
    ("", "text"),
    ("text=", "text"),
    ("text=%20%20", "text"),
    ("text=%E2%80%8B", "text"),
    ("text=" + "x" * 501, "text"),
    ("text=" + "x" * 10_240, "text"),
    ("text=a%00b", "text"),
    ("text=x&text=y", "text"),
]


def test_a_list_names_what_it_cannot_read(api: ApiClient) -> None:
    named = {query: refused(api, f"/shops?{query}") for query, _ in OF_LISTS}
    assert named == {query: [field] for query, field in OF_LISTS}


def test_a_search_names_what_it_cannot_read(
    api: ApiClient, bearer: Callable[[Principal], dict[str, str]], member: Principal
) -> None:
    named = {query: refused(api, f"/search?{query}", bearer(member)) for query, _ in OF_SEARCH}
    assert named == {query: [field] for query, field in OF_SEARCH}


@pytest.mark.parametrize(
    "shop_id", ["1", "not-a-uuid", "00000000-0000-4000-8000-00000000000g", "{00000000-0000-4000-8000-000000000000}"]
)
def test_a_bad_id_is_named(api: ApiClient, shop_id: str) -> None:
    assert refused(api, f"/shops/{shop_id}") == ["shop_id"]


@pytest.mark.parametrize(
    "path",
    [
        "/taxonomy",
        "/shops/00000000-0000-4000-8000-000000000000",
        "/healthz",
        "/readyz",
        "/schema",
        "/docs",
        "/docs/assets/start.js",
    ],
)
def test_an_unknown_parameter_is_named_where_there_are_none(api: ApiClient, path: str) -> None:
    assert refused(api, f"{path}?lang=zh") == ["lang"]


def test_a_cursor_that_was_tampered_with_is_refused(
    api: ApiClient, bearer: Callable[[Principal], dict[str, str]], member: Principal
) -> None:
    for name in ("青鳥", "黑潮"):
        make_shop(name)
    for path, headers in (("/shops?limit=1", {}), ("/search?text=x&limit=1", bearer(member))):
        cursor = api.get(path, headers=headers).json()["next_cursor"]
        assert api.get(f"{path}&cursor={cursor}", headers=headers).status_code == 200
        for forged in (cursor[:-1], "x" + cursor, cursor[:5] + "Z" + cursor[6:]):
            assert refused(api, f"{path}&cursor={forged}", headers) == ["cursor"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(
    params=st.dictionaries(
        st.sampled_from(
            ["city", "district", "tag", "mode", "near", "radius_m", "bbox", "q", "order", "limit", "cursor"]
        ),
        st.text(max_size=20)
        | st.sampled_from(["25.03,121.56", "1,2,3,4", "wifi", "work", "name", "distance", "500", "1"]),
    )
)
def test_no_list_query_is_a_surprise(api: ApiClient, params: dict[str, str]) -> None:
    assert api.get("/shops", {name: value.encode(errors="replace") for name, value in params.items()}).status_code in {
        200,
        400,
    }


def refused(api: ApiClient, path: str, headers: dict[str, str] | None = None) -> list[str]:
    """The fields that a 400 names."""
    response = api.get(path, headers=headers or {})
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    return list(response.json()["errors"])
