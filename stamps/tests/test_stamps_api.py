"""GET /stamps: what a member has collected, one by one and by café."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from checkins.models import CheckIn
from checkins.tests.conftest import Bearer
from checkins.tests.making import make_check_in
from shops.models import Shop
from shops.tests.making import make_shop
from stamps.models import Stamp


@pytest.fixture
def get(api: ApiClient, bearer: Bearer, member: Principal) -> Any:
    def ask(path: str, *, by: Principal | None = None, **params: str | int) -> Any:
        return api.get(path, params, headers=bearer(by or member))

    return ask


def ok(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()


def at(check_in: CheckIn, moment: str) -> None:
    """Let the stamp of a check-in be from this moment."""
    Stamp.objects.filter(check_in=check_in).update(created_at=f"2026-05-{moment}:00Z")


def test_members_see_their_own_the_newest_first(
    get: Any, member: Principal, other_member: Principal, shop: Shop
) -> None:
    first, second = make_check_in(member, shop), make_check_in(member, shop)
    make_check_in(other_member, shop)
    for path in ("/stamps", "/stamps/"):
        body = ok(get(path))
        assert_as_described(body, "StampPage")
        assert [stamp["check_in_id"] for stamp in body["results"]] == [str(second.id), str(first.id)]
    stamp = body["results"][0]
    assert (stamp["design_url"], stamp["shop"]["name"]) == (f"/stamps/{shop.id}.svg", shop.name)
    assert ok(get("/stamps", by=other_member))["results"][0]["id"] not in {found["id"] for found in body["results"]}


def test_a_passport_has_one_entry_for_each_cafe(
    get: Any, member: Principal, other_member: Principal, shop: Shop
) -> None:
    other_shop = make_shop("青鳥")
    at(make_check_in(member, shop), "01T10:00")
    at(make_check_in(member, other_shop), "02T10:00")
    at(make_check_in(member, shop), "03T10:00")
    at(make_check_in(other_member, shop), "04T10:00")
    body = ok(get("/stamps", group="shop"))
    assert_as_described(body, "PassportPage")
    entries = [(entry["shop_id"], entry["count"], entry["first_at"], entry["last_at"]) for entry in body["results"]]
    assert entries == [
        (str(shop.id), 2, "2026-05-01T10:00:00Z", "2026-05-03T10:00:00Z"),
        (str(other_shop.id), 1, "2026-05-02T10:00:00Z", "2026-05-02T10:00:00Z"),
    ]
    assert [entry["design_url"] for entry in body["results"]] == [
        f"/stamps/{shop.id}.svg",
        f"/stamps/{other_shop.id}.svg",
    ]
    assert body["results"][0]["shop"]["district"] == "大安區"


@pytest.mark.parametrize("group", [{}, {"group": "shop"}])
def test_one_cafes_stamps_can_be_asked_for_alone(
    get: Any, member: Principal, other_member: Principal, shop: Shop, group: dict[str, str]
) -> None:
    other_shop = make_shop("青鳥")
    for visited in (shop, other_shop):
        make_check_in(member, visited)
    make_check_in(other_member, make_shop("雨停書店"))
    (found,) = ok(get("/stamps", shop_id=str(shop.id), **group))["results"]
    assert found["shop_id"] == str(shop.id)
    assert ok(get("/stamps", by=other_member, shop_id=str(shop.id), **group))["results"] == []


@pytest.mark.parametrize("group", [None, "shop"])
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_are_the_whole_also_where_moments_are_equal(
    get: Any, owner: psycopg.Connection, member: Principal, group: str | None, limit: int
) -> None:
    for number in range(7):
        make_check_in(member, make_shop(f"店{number}"))
    owner.execute("UPDATE stamps SET created_at = date_trunc('minute', created_at)")
    params: dict[str, str | int] = {"group": group} if group else {}
    whole = [found["shop_id"] for found in ok(get("/stamps", **params))["results"]]
    assert len(set(whole)) == 7
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = ok(get("/stamps", limit=limit, **params, **cursor))
        seen += [found["shop_id"] for found in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole


def test_a_cursor_fits_its_own_list_and_member_alone(
    get: Any, member: Principal, other_member: Principal, shop: Shop
) -> None:
    for _ in range(2):
        make_check_in(member, shop)
    cursor = ok(get("/stamps", limit=1))["next_cursor"]
    assert get("/stamps", cursor=cursor).status_code == 200
    for answer in (
        get("/stamps", group="shop", cursor=cursor),
        get("/stamps", shop_id=str(shop.id), cursor=cursor),
        get("/stamps", by=other_member, cursor=cursor),
    ):
        assert (answer.status_code, [*answer.json()["errors"]]) == (400, ["cursor"])


@pytest.mark.parametrize(
    "query",
    [
        *("group=day", "group=", "limit=0", "limit=51", "cursor=x", "user_id=x"),
        *("shop_id=x", "shop_id=", f"shop_id={UUID(int=7).hex}", f"shop_id={{{UUID(int=7)}}}"),
    ],
)
def test_a_parameter_that_is_not_understood_is_named(get: Any, query: str) -> None:
    answer = get(f"/stamps?{query}")
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("group", [{}, {"group": "shop"}])
def test_a_closed_cafe_keeps_its_name_in_the_collection(
    get: Any, member: Principal, shop: Shop, group: dict[str, str]
) -> None:
    make_check_in(member, shop)
    Shop.objects.filter(id=shop.id).update(status="closed")
    (found,) = ok(get("/stamps", **group))["results"]
    assert (found["shop_status"], found["shop"]["name"]) == ("closed", shop.name)
    Shop.objects.filter(id=shop.id).update(status="draft")
    (found,) = ok(get("/stamps", **group))["results"]
    assert (found["shop_id"], found["shop_status"], found["shop"]) == (str(shop.id), "unavailable", None)


@pytest.mark.parametrize("query", ["", "&group=shop"])
def test_a_page_is_three_statements_however_long_it_is(
    api: ApiClient, bearer: Bearer, member: Principal, query: str
) -> None:
    headers = bearer(member)
    for number in range(5):
        make_check_in(member, make_shop(f"店{number}"))
    for limit in (1, 5):
        assert len(ok(api.get(f"/stamps?limit={limit}{query}", headers=headers))["results"]) == limit
        assert api.queries - 2 == 3, "the binding, the page and its cafés, between BEGIN and COMMIT"


def test_members_alone_collect(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    assert api.get("/stamps").status_code == 401
    assert api.get("/stamps", headers=bearer(newcomer)).json()["code"] == "consent_required"
    assert api.post("/stamps", {}, format="json", headers=bearer(newcomer)).status_code == 405
