"""Whose lists they are: nobody else sees them, changes them, or learns that they exist."""

from collections.abc import Callable
from typing import Any

import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from lists.models import ListItem, ShopList
from lists.tests.client import ListsClient, refusal
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

type Call = tuple[str, str, dict[str, Any] | None]

ABSENT = "00000000-0000-4000-8000-000000000001"


def calls(list_id: str, shop_id: str) -> list[Call]:
    """Every route that names a list, with a body that its owner could send."""
    path = f"/lists/{list_id}"
    return [
        ("GET", path, None),
        ("PATCH", path, {}),
        ("PATCH", path, {"name": "新"}),
        ("PATCH", path, {"shop_ids": [shop_id]}),
        ("POST", f"{path}/shops", {"shop_id": shop_id}),
        ("POST", f"{path}/shops", {"shop_id": shop_id, "note": "新"}),
        ("PATCH", f"{path}/shops/{shop_id}", {}),
        ("PATCH", f"{path}/shops/{shop_id}", {"note": "新"}),
        ("DELETE", f"{path}/shops/{shop_id}", None),
        ("DELETE", path, None),
    ]


def everything() -> list[object]:
    """Every row of every member."""
    return [*ShopList.objects.order_by("id").values(), *ListItem.objects.order_by("id").values()]


@pytest.fixture
def their_list(theirs: ListsClient) -> tuple[str, str]:
    """Another member's list and the café on it."""
    shop_id = make_shop("青鳥").id
    list_id = theirs.start("週末")
    theirs.add(list_id, shop_id, note="秘密")
    return list_id, str(shop_id)


def test_a_foreign_list_is_as_absent_as_one_that_never_was(mine: ListsClient, their_list: tuple[str, str]) -> None:
    list_id, shop_id = their_list
    mine.start("週末")
    before = everything()
    for foreign, absent in zip(calls(list_id, shop_id), calls(ABSENT, shop_id), strict=True):
        answers = [mine.ask(*foreign), mine.ask(*absent)]
        assert [refusal(answer) for answer in answers] == [(404, "not_found", [])] * 2
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
    assert everything() == before
    assert [kept["items_total"] for kept in mine.all()] == [0]


def test_the_owner_gets_through_all_of_it(theirs: ListsClient, their_list: tuple[str, str]) -> None:
    statuses = [theirs.ask(*call).status_code for call in calls(*their_list)]
    assert statuses == [200, 200, 200, 200, 200, 200, 200, 200, 204, 204]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_nobody_gets_in_without_a_token(api: ApiClient, their_list: tuple[str, str], headers: dict[str, str]) -> None:
    nobody = ListsClient(api, headers)
    before = everything()
    for call in [("GET", "/lists", None), ("POST", "/lists", {"name": "新"}), *calls(*their_list)]:
        response = nobody.ask(*call)
        assert response.status_code == 401, call
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert everything() == before


def test_a_newcomer_is_asked_to_agree_first(
    client_of: Callable[[Principal], ListsClient], newcomer: Principal, their_list: tuple[str, str]
) -> None:
    before = everything()
    for call in [("GET", "/lists", None), ("POST", "/lists", {"name": "新"}), *calls(*their_list)]:
        assert refusal(client_of(newcomer).ask(*call)) == (403, "consent_required", [])
    assert everything() == before


def test_a_member_sees_only_their_own_lists(mine: ListsClient, theirs: ListsClient) -> None:
    list_id = mine.start("我的")
    theirs.start("你的")
    assert [kept["id"] for kept in mine.all()] == [list_id]
    assert [kept["name"] for kept in theirs.all()] == ["你的"]


def test_all_lists_take_no_parameter(mine: ListsClient) -> None:
    for name in ("user_id", "owner", "order", "limit", "cursor", "format"):
        assert refusal(mine.ask("GET", f"/lists?{name}=1")) == (400, "invalid_request", [name])


def test_other_methods_are_refused(mine: ListsClient) -> None:
    one, item = f"/lists/{ABSENT}", f"/lists/{ABSENT}/shops/{ABSENT}"
    refused = {
        "/lists": ("PUT", "PATCH", "DELETE"),
        one: ("PUT", "POST"),
        f"{one}/shops": ("GET", "PUT", "PATCH", "DELETE"),
        item: ("GET", "PUT", "POST"),
    }
    for path, methods in refused.items():
        for method in methods:
            assert refusal(mine.ask(method, path)) == (405, "method_not_allowed", []), (method, path)
