"""A member keeps up to three lists of cafés, each in an order of their own, with notes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.testing.shapes import assert_as_described
from lists.reading import PAGE_MAX
from lists.tests.client import ListsClient, refusal
from shops.models import Shop, ShopPhoto
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = "00000000-0000-4000-8000-000000000002"


def shops(*names: str) -> list[UUID]:
    return [make_shop(name).id for name in names]


def cards(items: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(item["shop_status"], item["shop"] and item["shop"]["name"]) for item in items]


def test_lists_come_the_oldest_first_with_a_card_of_each_cafe(mine: ListsClient) -> None:
    full = make_shop("青鳥", city="台北市", district="大安區", rating=4.5)
    ShopPhoto.objects.create(shop=full, path="second.jpg", width=8, height=6, position=2)
    ShopPhoto.objects.create(shop=full, path="a b/門口.jpg", width=800, height=600, position=1)
    bare = make_shop("黑潮")
    weekend = mine.start("週末", bare.id, full.id)
    mine.start("空的")
    response = mine.ask("GET", "/lists")
    body = response.json()
    assert_as_described(body, "Lists")
    assert body["cap"] == 3
    assert [(kept["name"], kept["items_total"], kept["next_cursor"]) for kept in body["results"]] == [
        ("週末", 2, None),
        ("空的", 0, None),
    ]
    assert body["results"][1]["items"] == []
    first, second = body["results"][0]["items"]
    assert first["shop"] == {
        "id": str(bare.id),
        "name": "黑潮",
        "city": "",
        "district": "",
        "rating": None,
        "photo": None,
    }
    card = dict(second["shop"])
    photo = card.pop("photo")
    assert card == {"id": str(full.id), "name": "青鳥", "city": "台北市", "district": "大安區", "rating": 4.5}
    assert photo["url"].endswith("/storage/v1/object/public/shop-photos/a%20b/%E9%96%80%E5%8F%A3.jpg")
    assert (photo["width"], photo["height"]) == (800, 600)
    assert (second["shop_id"], second["shop_status"], second["note"]) == (str(full.id), "live", "")
    assert mine.read(weekend) == body["results"][0]


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_route_answers_with_and_without_a_slash(mine: ListsClient, slash: str) -> None:
    (shop_id,) = shops("青鳥")
    started = mine.ask("POST", f"/lists{slash}", {"name": "週末"})
    path = f"/lists/{started.json()['id']}"
    answers = [
        started,
        mine.ask("POST", f"{path}/shops{slash}", {"shop_id": str(shop_id)}),
        mine.ask("PATCH", f"{path}/shops/{shop_id}{slash}", {"note": "窗邊"}),
        mine.ask("GET", f"/lists{slash}"),
        mine.ask("GET", f"{path}{slash}"),
        mine.ask("PATCH", f"{path}{slash}", {"name": "平日"}),
        mine.ask("DELETE", f"{path}/shops/{shop_id}{slash}"),
        mine.ask("DELETE", f"{path}{slash}"),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200, 200, 200, 204, 204]
    for answer, shape in zip(
        answers, ["List", "ListItem", "ListItem", "Lists", "List", "List", None, None], strict=True
    ):
        if shape:
            assert_as_described(answer.json(), shape)
        else:
            assert answer.content == b""
    assert answers[2].json()["note"] == "窗邊"
    assert answers[5].json()["name"] == "平日"
    assert mine.all() == []


def test_the_fourth_list_is_refused_and_told_the_cap(mine: ListsClient) -> None:
    lists = [mine.start(name) for name in ("一", "二", "三")]
    response = mine.ask("POST", "/lists", {"name": "四"})
    assert refusal(response) == (400, "list_cap_reached", [])
    assert "3 lists" in response.json()["detail"]
    assert mine.ask("DELETE", f"/lists/{lists[1]}").status_code == 204
    mine.start("四")
    assert [kept["name"] for kept in mine.all()] == ["一", "三", "四"]


def test_the_cap_is_a_members_own(mine: ListsClient, theirs: ListsClient) -> None:
    for client in (mine, theirs):
        for name in ("一", "二", "三"):
            client.start(name)


@pytest.mark.parametrize(
    "same", ["My Cafés", " my cafés ", "MYCAFÉS", "m y c a f é s", "Ｍｙ　Ｃａｆés", "my cafe\u0301s"]
)
def test_a_name_is_taken_whatever_its_case_and_blanks(mine: ListsClient, same: str) -> None:
    taken, other = mine.start("My Cafés"), mine.start("其他")
    assert refusal(mine.ask("POST", "/lists", {"name": same})) == (400, "list_name_taken", ["name"])
    assert refusal(mine.ask("PATCH", f"/lists/{other}", {"name": same})) == (400, "list_name_taken", ["name"])
    assert mine.change(taken, name=same)["name"] == same.strip(), "its own name, spelled otherwise, is free"
    assert [kept["name"] for kept in mine.all()] == [same.strip(), "其他"]


def test_two_members_may_choose_the_same_name(mine: ListsClient, theirs: ListsClient) -> None:
    assert mine.start("週末") != theirs.start("週末")


def test_adding_a_cafe_again_changes_nothing_but_the_note_that_is_given(mine: ListsClient) -> None:
    one, two = shops("一", "二")
    list_id = mine.start("週末")
    path, body = f"/lists/{list_id}/shops", {"shop_id": str(one)}
    first = mine.ask("POST", path, {**body, "note": "窗邊\n有插座"})
    mine.add(list_id, two)
    again = mine.ask("POST", path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.json()["note"] == "窗邊\n有插座"
    assert mine.ask("POST", path, {**body, "note": "吵"}).json() == {**first.json(), "note": "吵"}
    assert mine.ask("POST", path, {**body, "note": ""}).json()["note"] == ""
    assert mine.names(list_id) == ["一", "二"]
    assert mine.read(list_id)["items_total"] == 2


def test_a_cafe_may_be_on_several_lists(mine: ListsClient) -> None:
    (shop_id,) = shops("一")
    first, second = mine.start("一", shop_id), mine.start("二", shop_id)
    mine.ask("DELETE", f"/lists/{first}/shops/{shop_id}")
    assert (mine.names(first), mine.names(second)) == ([], ["一"])


def test_cafes_stay_in_the_order_they_are_put_into(mine: ListsClient) -> None:
    one, two, three, four = shops("一", "二", "三", "四")
    list_id = mine.start("週末", one, two, three)
    other = mine.start("其他", three, two, one)
    changed = mine.change(list_id, shop_ids=[str(three), str(one), str(two).upper()])
    assert cards(changed["items"]) == [("live", "三"), ("live", "一"), ("live", "二")]
    mine.add(list_id, four)
    assert mine.names(list_id) == ["三", "一", "二", "四"]
    mine.ask("DELETE", f"/lists/{list_id}/shops/{four}")
    mine.ask("DELETE", f"/lists/{list_id}/shops/{three}")
    mine.add(list_id, three)
    assert mine.names(list_id) == ["一", "二", "三"]
    assert mine.names(other) == ["三", "二", "一"]


def test_an_order_names_every_cafe_once_and_no_other(mine: ListsClient) -> None:
    one, two, three = map(str, shops("一", "二", "三"))
    list_id = mine.start("週末", UUID(one), UUID(two))
    mine.start("其他", UUID(three))
    for wrong in ([one], [one, two, three], [one, three], [one, one], [one, two, two], [], [one, SECOND]):
        response = mine.ask("PATCH", f"/lists/{list_id}", {"name": "新", "shop_ids": wrong})
        assert refusal(response) == (400, "list_order_mismatch", ["shop_ids"])
    kept = mine.read(list_id)
    assert (kept["name"], mine.names(list_id)) == ("週末", ["一", "二"]), "all of a change or nothing"


def test_a_change_may_be_of_name_of_order_of_both_or_of_nothing(mine: ListsClient) -> None:
    one, two = shops("一", "二")
    list_id = mine.start("週末", one, two)
    assert cards(mine.change(list_id, shop_ids=[str(two), str(one)])["items"]) == [("live", "二"), ("live", "一")]
    changed = mine.change(list_id, name="平日", shop_ids=[str(one), str(two)])
    assert (changed["name"], cards(changed["items"])) == ("平日", [("live", "一"), ("live", "二")])
    assert mine.change(list_id) == changed
    assert mine.change(mine.start("空的"), shop_ids=[])["items"] == []


def test_a_list_tells_when_it_changed(mine: ListsClient) -> None:
    (shop_id,) = shops("一")
    list_id = mine.start("週末")
    path = f"/lists/{list_id}"
    changes: list[tuple[str, str, dict[str, object] | None]] = [
        ("POST", f"{path}/shops", {"shop_id": str(shop_id)}),
        ("PATCH", f"{path}/shops/{shop_id}", {"note": "吵"}),
        ("PATCH", path, {"shop_ids": [str(shop_id)]}),
        ("PATCH", path, {"name": "平日"}),
        ("DELETE", f"{path}/shops/{shop_id}", None),
    ]
    times = [mine.read(list_id)["updated_at"]]
    for method, where, body in changes:
        mine.ask(method, where, body)
        times.append(mine.read(list_id)["updated_at"])
    assert times == sorted(set(times))
    assert mine.read(list_id)["created_at"] == times[0]


def test_a_cafe_that_closed_stays_and_is_told_apart(mine: ListsClient, theirs: ListsClient) -> None:
    live, closed, hidden = shops("開著", "關了", "下架")
    ShopPhoto.objects.create(shop_id=closed, path="door.jpg", width=8, height=6)
    list_id = mine.start("週末", live, closed, hidden)
    theirs.start("別人", live)
    Shop.objects.filter(id=closed).update(status=Shop.Status.CLOSED)
    Shop.objects.filter(id=hidden).update(status=Shop.Status.DRAFT)
    kept = mine.read(list_id)
    assert_as_described(kept, "List")
    assert cards(kept["items"]) == [("live", "開著"), ("closed", "關了"), ("unavailable", None)]
    assert kept["items"][1]["shop"]["photo"]["url"].endswith("/door.jpg")
    assert kept["items"][2]["shop_id"] == str(hidden)
    assert mine.all() == [kept]
    assert mine.api.queries == 5  # BEGIN, who asks, the lists, what closed, COMMIT
    order = [str(hidden), str(closed), str(live)]
    assert cards(mine.change(list_id, shop_ids=order)["items"])[0] == ("unavailable", None)
    again = mine.ask("POST", f"/lists/{list_id}/shops", {"shop_id": str(closed), "note": "可惜"})
    assert (again.status_code, again.json()["shop_status"], again.json()["note"]) == (200, "closed", "可惜")
    assert mine.ask("DELETE", f"/lists/{list_id}/shops/{closed}").status_code == 204
    assert cards(mine.read(list_id)["items"]) == [("unavailable", None), ("live", "開著")]


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_what_is_not_live_cannot_be_put_on_a_list(mine: ListsClient, status: str) -> None:
    shop = make_shop("青鳥", status=status)
    list_id = mine.start("週末")
    for shop_id in (str(shop.id), SECOND):
        response = mine.ask("POST", f"/lists/{list_id}/shops", {"shop_id": shop_id})
        assert refusal(response) == (400, "shop_not_found", ["shop_id"])
    assert mine.read(list_id)["items_total"] == 0


def test_a_cafe_that_is_not_on_the_list_is_404(mine: ListsClient) -> None:
    one, two = shops("一", "二")
    list_id = mine.start("週末", one)
    mine.start("其他", two)
    for method, body in (("PATCH", {"note": "x"}), ("PATCH", {}), ("DELETE", None)):
        for shop_id in (two, SECOND):
            response = mine.ask(method, f"/lists/{list_id}/shops/{shop_id}", body)
            assert refusal(response) == (404, "not_found", [])
    assert mine.ask("DELETE", f"/lists/{list_id}/shops/{one}").status_code == 204
    assert mine.ask("DELETE", f"/lists/{list_id}/shops/{one}").status_code == 404, "once is enough"


def test_a_patch_without_a_note_leaves_it(mine: ListsClient) -> None:
    (shop_id,) = shops("一")
    list_id = mine.start("週末")
    mine.add(list_id, shop_id, note="窗邊")
    assert mine.ask("PATCH", f"/lists/{list_id}/shops/{shop_id}", {}).json()["note"] == "窗邊"
    assert mine.ask("PATCH", f"/lists/{list_id}/shops/{shop_id}", {"note": " "}).json()["note"] == ""


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_one_after_another_are_the_whole(mine: ListsClient, limit: int) -> None:
    names = [f"店{number}" for number in range(7)]
    list_id = mine.start("週末", *shops(*names))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(8):
        page = mine.read(list_id, limit=limit, **cursor)
        assert page["items_total"] == 7
        assert len(page["items"]) <= limit
        seen += [item["shop"]["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == names


def test_a_cursor_fits_only_its_own_list(mine: ListsClient) -> None:
    ids = shops("一", "二")
    first, second = mine.start("一", *ids), mine.start("二", *ids)
    cursor = mine.read(first, limit=1)["next_cursor"]
    for wrong in (cursor + "x", "x", ""):
        assert refusal(mine.ask("GET", f"/lists/{first}?cursor={wrong}")) == (400, "invalid_request", ["cursor"])
    assert refusal(mine.ask("GET", f"/lists/{second}?cursor={cursor}"))[0] == 400
    assert cards(mine.read(first, cursor=cursor, limit=2)["items"]) == [("live", "二")]


def test_of_a_long_list_all_lists_show_the_first_hundred_and_the_way_to_the_rest(
    mine: ListsClient, member: Principal, worker: psycopg.Connection
) -> None:
    worker.execute(
        "INSERT INTO shops (name, status, latitude, longitude)"
        " SELECT 'x' || lpad(n::text, 3, '0'), 'live', 25, 121.5 FROM generate_series(1, 103) AS n"
    )
    long, short = mine.start("長"), mine.start("短")
    worker.execute(
        "INSERT INTO list_items (list_id, shop_id, position)"
        " SELECT %s, id, row_number() OVER (ORDER BY name) FROM shops",
        [long],
    )
    worker.execute(
        "INSERT INTO list_items (list_id, shop_id, position)"
        " SELECT %s, id, row_number() OVER (ORDER BY name) FROM shops ORDER BY name LIMIT 100",
        [short],
    )
    first, exactly = mine.all()
    assert (first["items_total"], len(first["items"])) == (103, PAGE_MAX)
    assert (exactly["items_total"], len(exactly["items"]), exactly["next_cursor"]) == (100, 100, None)
    rest = mine.read(long, cursor=first["next_cursor"])
    assert [item["shop"]["name"] for item in rest["items"]] == ["x101", "x102", "x103"]
    assert (rest["items_total"], rest["next_cursor"]) == (103, None)


def test_reading_takes_one_statement_and_writing_few(
    mine: ListsClient, member: Principal, new_members: Callable[[int], list[Principal]]
) -> None:
    ids = shops(*(f"店{number}" for number in range(20)))
    mine.ask("GET", "/lists")
    assert mine.api.queries == 4  # BEGIN, who asks, the lists, COMMIT
    lists = [mine.start(name, *ids) for name in ("一", "二", "三")]
    assert [len(kept["items"]) for kept in mine.all()] == [20, 20, 20]
    assert mine.api.queries == 4
    mine.read(lists[0], limit=100)
    assert mine.api.queries == 4
    path = f"/lists/{lists[0]}"
    budgets: list[tuple[str, str, dict[str, object] | None, int]] = [
        ("PATCH", path, {"shop_ids": [str(shop_id) for shop_id in reversed(ids)]}, 7),
        ("PATCH", f"{path}/shops/{ids[0]}", {"note": "x"}, 6),
        ("POST", f"{path}/shops", {"shop_id": str(ids[0])}, 6),
        ("DELETE", f"{path}/shops/{ids[0]}", None, 5),
        ("POST", f"{path}/shops", {"shop_id": str(ids[0])}, 7),
        ("DELETE", path, None, 4),
        ("POST", "/lists", {"name": "四"}, 5),
    ]
    for method, where, body, budget in budgets:
        assert mine.ask(method, where, body).status_code < 300
        assert mine.api.queries == budget, (method, where)
