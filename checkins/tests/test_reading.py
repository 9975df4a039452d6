"""GET and DELETE /checkins: members see their own check-ins and nobody else's, and may take them back."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from accounts.models import Upload
from accounts.uploads.tests.making import photo_file
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.storage import StorageStub
from checkins.models import CheckIn
from checkins.tests.conftest import Bearer
from checkins.tests.making import NOBODYS, Stamp, make_check_in, process, refuse
from shops.models import Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.usefixtures("storage_stub")


def listed(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_members_see_their_own_the_newest_first(
    get: Any, member: Principal, other_member: Principal, shop: Shop
) -> None:
    mine = [make_check_in(member, shop, note=f"{number}") for number in range(3)]
    make_check_in(other_member, shop)
    answer = get("/checkins")
    assert_as_described(answer.json(), "CheckInPage")
    assert [found["id"] for found in listed(answer)] == [str(check_in.id) for check_in in reversed(mine)]
    assert [found["note"] for found in listed(get("/checkins/"))] == ["2", "1", "0"]
    one = get(f"/checkins/{mine[0].id}").json()
    assert one == listed(answer)[2]
    assert one["stamp"]["id"] == str(Stamp.objects.get(check_in=mine[0]).id)


@pytest.mark.parametrize("limit", [1, 3, 4])
def test_pages_are_the_whole_also_where_moments_are_equal(
    get: Any, owner: psycopg.Connection, member: Principal, shop: Shop, limit: int
) -> None:
    for _ in range(9):
        make_check_in(member, shop)
    owner.execute("UPDATE check_ins SET created_at = date_trunc('minute', created_at)")
    whole = [found["id"] for found in listed(get("/checkins", limit=50))]
    assert len(whole) == 9
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": limit}
    while True:
        page = get("/checkins", **params).json()
        seen += [found["id"] for found in page["results"]]
        assert len(page["results"]) <= limit
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == whole


def test_a_cursor_is_its_members_alone(get: Any, member: Principal, other_member: Principal, shop: Shop) -> None:
    for somebody in (member, member, other_member):
        make_check_in(somebody, shop)
    cursor = get("/checkins", limit=1).json()["next_cursor"]
    refused = get("/checkins", by=other_member, cursor=cursor)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["cursor"])


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=x", "cursor=x", "cursor=", "user_id=x", "order=id"])
def test_a_parameter_that_is_not_understood_is_named(get: Any, query: str) -> None:
    answer = get(f"/checkins?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.partition("=")[0]])


def test_photos_are_shown_as_far_as_they_have_come(
    get: Any, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    check_in = make_check_in(member, shop, photos=3, menu=True)
    ready, waiting, bad = check_in.photo_upload_ids
    for bucket, upload_id in (("checkin-photos", ready), ("menu-photos", menu_of(check_in))):
        for path in process(upload_id):
            storage_stub.put(bucket, path, photo_file())
    refuse(bad)
    body = get(f"/checkins/{check_in.id}").json()
    assert_as_described(body, "CheckIn")
    first, second, third = body["photos"]
    assert (first["id"], first["status"], first["width"]) == (str(ready), "ready", 64)
    assert first["url"].startswith(
        f"{storage_stub.url}/storage/v1/object/sign/checkin-photos/{member.user_id}/{ready}/"
    )
    assert (second["id"], second["status"], second["url"]) == (str(waiting), "claimed", None)
    assert (third["id"], third["status"], third["refusal"]["code"]) == (str(bad), "refused", "damaged")
    assert body["menu_photo"]["thumbnail_url"].startswith(f"{storage_stub.url}/storage/v1/object/sign/menu-photos/")
    assert sum(request.method == "POST" for request in storage_stub.requests) == 2, "one for each bucket"


def test_a_storage_that_is_down_costs_the_urls_and_nothing_else(
    get: Any, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    check_in = make_check_in(member, shop)
    process(check_in.photo_upload_ids[0])
    storage_stub.fail(503)
    for answer in (get("/checkins").json()["results"][0], get(f"/checkins/{check_in.id}").json()):
        assert_as_described(answer, "CheckIn")
        assert (answer["photos"][0]["status"], answer["photos"][0]["url"]) == ("ready", None)


def test_a_cafe_that_has_closed_keeps_its_name_for_whoever_was_there(get: Any, member: Principal, shop: Shop) -> None:
    make_check_in(member, shop)
    for status, known, name in (
        ("live", "live", shop.name),
        ("closed", "closed", shop.name),
        ("draft", "unavailable", None),
    ):
        Shop.objects.filter(id=shop.id).update(status=status)
        (found,) = listed(get("/checkins"))
        assert_as_described(found, "CheckIn")
        assert (found["shop_id"], found["shop_status"]) == (str(shop.id), known)
        assert (found["shop"] and found["shop"]["name"]) == name


def test_a_closed_cafe_is_named_to_no_one_who_was_not_there(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, shop: Shop
) -> None:
    make_check_in(member, shop)
    Shop.objects.filter(id=shop.id).update(status="closed")
    seen = {}
    for somebody in (member, other_member):
        with api_connection.transaction():
            api_connection.execute(
                "SELECT set_config('request.jwt.claims', json_build_object('sub', %s::text)::text, true),"
                " set_config('role', 'authenticated', true)",
                [str(somebody.user_id)],
            )
            found = api_connection.execute("SELECT name FROM private.visited_shops_v1(%s)", [[shop.id]]).fetchall()
            seen[somebody.user_id] = found
    assert seen == {member.user_id: [(shop.name,)], other_member.user_id: []}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        api_connection.execute("SELECT name FROM private.visited_shops_v1(%s)", [[shop.id]])


def test_what_is_not_the_members_own_is_not_there(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal, shop: Shop
) -> None:
    check_in = make_check_in(member, shop)
    for call in (api.get, api.delete):
        assert call(f"/checkins/{check_in.id}", headers=bearer(other_member)).status_code == 404
        assert call(f"/checkins/{NOBODYS}", headers=bearer(member)).status_code == 404
        assert call(f"/checkins/{check_in.id}").status_code == 401
        refused = call("/checkins/x", headers=bearer(member))
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["check_in_id"])
    assert CheckIn.objects.filter(id=check_in.id).exists()


def test_what_is_taken_back_takes_its_stamp_and_photos_with_it(
    api: ApiClient, bearer: Bearer, member: Principal, shop: Shop
) -> None:
    gone, kept = make_check_in(member, shop, photos=3, menu=True), make_check_in(member, shop)
    refuse(gone.photo_upload_ids[1])
    answer = api.delete(f"/checkins/{gone.id}", headers=bearer(member))
    assert (answer.status_code, answer.content) == (204, b"")
    assert [*Stamp.objects.values_list("check_in_id", flat=True)] == [kept.id]
    statuses = dict(Upload.objects.values_list("id", "status"))
    first, refused, third = gone.photo_upload_ids
    assert (statuses[first], statuses[third], statuses[menu_of(gone)]) == ("discarded",) * 3
    assert statuses[refused] == "refused", "it keeps its reason"
    assert statuses[kept.photo_upload_ids[0]] == "claimed"
    assert api.delete(f"/checkins/{gone.id}", headers=bearer(member)).status_code == 404


def test_a_check_in_without_any_photo_left_goes_and_its_stamp_too(get: Any, member: Principal, shop: Shop) -> None:
    check_in = make_check_in(member, shop, photos=2, menu=True)
    first, second = check_in.photo_upload_ids
    refuse(first)
    assert [photo["status"] for photo in listed(get("/checkins"))[0]["photos"]] == ["refused", "claimed"]
    refuse(menu_of(check_in))
    assert len(listed(get("/checkins"))) == 1, "it can do without its menu"
    refuse(second)
    assert listed(get("/checkins")) == []
    assert not Stamp.objects.exists()
    assert {*Upload.objects.values_list("status", flat=True)} == {"refused"}


def test_a_page_is_four_statements_however_long_it_is(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    headers = bearer(member)
    api.get("/checkins", headers=headers)
    assert statements(api) == 2, "the binding and the page"
    for number in range(5):
        make_check_in(member, make_shop(f"店{number}"), photos=2, menu=True)
    for limit in (1, 5):
        assert len(listed(api.get(f"/checkins?limit={limit}", headers=headers))) == limit
        assert statements(api) == 4, "the binding, the page, its uploads, its cafés"


def statements(api: ApiClient) -> int:
    """Of the last request, without BEGIN and COMMIT."""
    return api.queries - 2


def menu_of(check_in: CheckIn) -> UUID:
    """The upload of its menu photo, which it has."""
    assert check_in.menu_upload_id is not None
    return check_in.menu_upload_id
