"""Operators see who was where, and when: no photo, no note, and nothing to change."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caferoam.api.principal import Principal
from caferoam.testing.desk import operator
from checkins.models import CheckIn
from checkins.tests.making import make_check_in
from shops.models import Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.usefixtures("desk_settings")

CHECK_INS = "/checkins/checkin/"


def page(client: Client, **params: str) -> str:
    response = client.get(CHECK_INS, params)
    assert response.status_code == 200
    return response.content.decode().split("<main")[1]


def members_in(html: str) -> list[str]:
    """The member of each row, as it begins."""
    return re.findall(r"<code>([0-9a-f]{8})</code>", html)


def test_it_lists_the_newest_first_without_what_is_the_members_own(
    admin: Client, member: Principal, other_member: Principal, shop: Shop
) -> None:
    first = make_check_in(member, shop, photos=2, menu=True, note="只給自己看的筆記")
    make_check_in(other_member, make_shop("青鳥<script>"))
    with CaptureQueriesContext(connection) as queries:
        html = page(admin)
    assert members_in(html) == [str(other_member.user_id)[:8], str(member.user_id)[:8]]
    assert f'href="/accounts/profile/{member.user_id}/change/"' in html
    assert shop.name in html
    assert "青鳥&lt;script&gt;" in html
    assert '<td class="field-photos">2</td><td class="field-has_menu">yes</td>' in html
    assert "筆記" not in html
    assert not any('"note"' in query["sql"] for query in queries), "it is not even read"
    for upload_id in first.photo_upload_ids:
        assert str(upload_id) not in html
    before = len(queries)
    make_check_in(member, shop)
    with CaptureQueriesContext(connection) as queries:
        page(admin)
    assert len(queries) == before, "however many there are"


def test_it_finds_by_cafe_and_by_whole_ids(
    admin: Client, member: Principal, other_member: Principal, shop: Shop
) -> None:
    check_in = make_check_in(member, shop)
    make_check_in(other_member, make_shop("青鳥"))
    mine = [str(member.user_id)[:8]]
    for term in ("ecole", f" {shop.id} ", str(member.user_id), str(check_in.id).upper()):
        assert members_in(page(admin, q=term)) == mine, term
    assert members_in(page(admin, q=str(member.user_id)[:8])) == []
    assert members_in(page(admin, q="100%")) == []
    assert len(members_in(page(admin, q=" "))) == 2


@pytest.mark.parametrize("lookup", ["note__contains", "note__startswith", "note", "shop__name", "idempotency_key"])
def test_what_is_not_shown_cannot_be_found_out_by_an_address_either(
    admin: Client, member: Principal, shop: Shop, lookup: str
) -> None:
    make_check_in(member, shop, note="只給自己看的筆記")
    assert admin.get(CHECK_INS, {lookup: "只給"}).status_code == 400


def test_nothing_there_can_be_opened_or_changed(admin: Client, member: Principal, shop: Shop) -> None:
    check_in = make_check_in(member, shop)
    for path in (
        "add/",
        f"{check_in.id}/change/",
        f"{check_in.id}/delete/",
        f"{check_in.id}/history/",
        f"{check_in.id}/",
    ):
        assert admin.get(CHECK_INS + path).status_code == 404
    admin.post(CHECK_INS, {"action": "delete_selected", "_selected_action": [str(check_in.id)], "post": "yes"})
    assert CheckIn.objects.exists()
    assert "delete_selected" not in page(admin)


def test_it_is_shown_to_those_who_may_look_at_it(admin: Client) -> None:
    assert operator("curator", "checkins.view_checkin").get(CHECK_INS).status_code == 200
    assert operator("viewer", "jobs.view_job").get(CHECK_INS).status_code == 403
    assert f'href="{CHECK_INS}"' in admin.get("/").content.decode()
    assert f'href="{CHECK_INS}"' not in operator("third", "jobs.view_job").get("/").content.decode()
