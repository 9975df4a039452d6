"""Operators see who keeps how many lists and when they changed: no name, no café, no note, and nothing to change."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caferoam.api.principal import Principal
from caferoam.testing.desk import operator
from lists.models import ListItem, ShopList
from shops.tests.making import make_shop

pytestmark = pytest.mark.usefixtures("desk_settings")

LISTS = "/lists/shoplist/"


def keep(member: Principal, name: str, *cafes: str) -> ShopList:
    kept = ShopList.objects.create(user_id=member.user_id, name=name)
    for position, cafe in enumerate(cafes):
        ListItem.objects.create(list=kept, shop=make_shop(cafe), position=position, note="只給自己看的筆記")
    return kept


def page(client: Client, **params: str) -> str:
    response = client.get(LISTS, params)
    assert response.status_code == 200
    return response.content.decode().split("<main")[1]


def rows(html: str) -> list[tuple[str, str, int]]:
    """Beginnings of the list's and its member's id, and how many cafés are on it."""
    found = re.findall(r"<code>(\w{8})</code>.*?<code>(\w{8})</code>.*?field-shops\">(\d+)<", html)
    return [(list_id, member, int(count)) for list_id, member, count in found]


def row(kept: ShopList, count: int) -> tuple[str, str, int]:
    return str(kept.id)[:8], str(kept.user_id)[:8], count


def test_it_lists_what_changed_last_first_without_what_is_the_members_own(
    admin: Client, member: Principal, other_member: Principal
) -> None:
    first = keep(member, "祕密基地", "青鳥", "黑潮")
    second = keep(other_member, "空的清單")
    with CaptureQueriesContext(connection) as queries:
        html = page(admin)
    assert rows(html) == [row(second, 0), row(first, 2)]
    assert f'href="/accounts/profile/{member.user_id}/change/"' in html
    for private in ("祕密基地", "空的清單", "青鳥", "筆記"):
        assert private not in html
    assert not any('"name"' in query["sql"] for query in queries if "lists" in query["sql"]), "it is not even read"
    before = len(queries)
    keep(member, "第二個")
    with CaptureQueriesContext(connection) as queries:
        page(admin)
    assert len(queries) == before, "however many there are"


@pytest.mark.parametrize("lookup", ["name__contains", "name", "name_key", "items__note__contains"])
def test_what_is_not_shown_cannot_be_found_out_by_an_address_either(
    admin: Client, member: Principal, lookup: str
) -> None:
    keep(member, "祕密基地", "青鳥")
    assert admin.get(LISTS, {lookup: "祕密"}).status_code == 400


def test_it_finds_by_whole_ids(admin: Client, member: Principal, other_member: Principal) -> None:
    mine, theirs = keep(member, "祕密基地"), keep(other_member, "祕密基地")
    for term in (str(mine.id), f" {member.user_id} ", str(mine.id).upper()):
        assert rows(page(admin, q=term)) == [row(mine, 0)], term
    for term in ("祕密", str(mine.id)[:8], "%"):
        assert rows(page(admin, q=term)) == [], term
    assert rows(page(admin, q=" ")) == [row(theirs, 0), row(mine, 0)]


def test_nothing_there_can_be_opened_or_changed(admin: Client, member: Principal) -> None:
    kept = keep(member, "祕密基地")
    for path in ("add/", f"{kept.id}/change/", f"{kept.id}/delete/", f"{kept.id}/history/", f"{kept.id}/"):
        assert admin.get(LISTS + path).status_code == 404
    admin.post(LISTS, {"action": "delete_selected", "_selected_action": [str(kept.id)], "post": "yes"})
    assert ShopList.objects.exists()
    assert "delete_selected" not in page(admin)


def test_it_is_shown_to_those_who_may_look_at_it(admin: Client) -> None:
    assert operator("curator", "lists.view_shoplist").get(LISTS).status_code == 200
    assert operator("viewer", "jobs.view_job").get(LISTS).status_code == 403
    assert f'href="{LISTS}"' in admin.get("/").content.decode()
    assert f'href="{LISTS}"' not in operator("third", "jobs.view_job").get("/").content.decode()
