"""From a member's file to what can be seen of it: the API, the storage and the workers together."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connections

from accounts.tests.racing import wait_for_waiting
from accounts.uploads.tests.making import MENU_PHOTO, arrived, fetch, photo_file
from caferoam.api.principal import Principal
from caferoam.local.provision import WORKER
from caferoam.testing.database import logged_in_as
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub
from checkins.models import CheckIn
from checkins.tests.conftest import Post
from checkins.tests.making import Stamp
from shops.models import Shop

pytestmark = pytest.mark.slow


def work() -> None:
    """Let the workers do all that is due."""
    with logged_in_as(WORKER):
        drain(["process_upload", "delete_upload"])


def cut_off() -> bytes:
    """A photo whose end is missing, which only decoding can tell."""
    return photo_file()[: len(photo_file()) * 2 // 3]


def test_a_photo_can_be_seen_when_a_worker_has_made_it_anew(
    get: Any, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photo, menu = arrived(storage_stub, member), arrived(storage_stub, member, MENU_PHOTO)
    made = post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)], "menu_upload_id": str(menu.id)}).json()
    assert (made["photos"][0]["status"], made["photos"][0]["url"]) == ("claimed", None)
    work()
    seen = get(f"/checkins/{made['id']}").json()
    for shown in (seen["photos"][0], seen["menu_photo"]):
        assert shown["status"] == "ready"
        assert fetch(shown["url"])[8:12] == fetch(shown["thumbnail_url"])[8:12] == b"WEBP"
    CheckIn.objects.all().delete()
    work()
    assert storage_stub.objects == {}, "the photos are gone too"


def test_a_check_in_whose_last_photo_turns_out_to_be_none_goes_and_its_stamp_too(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    good, bad = arrived(storage_stub, member), arrived(storage_stub, member, data=cut_off())
    worse = arrived(storage_stub, member, data=cut_off())
    menu = arrived(storage_stub, member, MENU_PHOTO)
    kept = post({"shop_id": str(shop.id), "upload_ids": [str(good.id), str(bad.id)]}).json()
    answer = post({"shop_id": str(shop.id), "upload_ids": [str(worse.id)], "menu_upload_id": str(menu.id)})
    assert answer.status_code == 201, "what can be seen without decoding was in order"
    work()
    assert [str(check_in.id) for check_in in CheckIn.objects.all()] == [kept["id"]]
    assert [str(stamp.id) for stamp in Stamp.objects.all()] == [kept["stamp"]["id"]]
    assert {path.split("/")[1] for _bucket, path in storage_stub.objects} == {str(good.id)}


def test_a_photo_may_be_refused_while_its_check_in_is_taken_back(
    storage_stub: StorageStub,
    member: Principal,
    shop: Shop,
    owner: psycopg.Connection,
    api_connection: psycopg.Connection,
) -> None:
    bad, good = arrived(storage_stub, member, data=cut_off()), arrived(storage_stub, member)
    made = CheckIn.objects.create(user_id=member.user_id, shop=shop, photo_upload_ids=[bad.id, good.id])

    def work_alone() -> dict[str, int]:
        try:
            return dict(drain(["process_upload"]))
        finally:
            connections.close_all()

    def take_back() -> int:
        with api_connection.transaction():
            api_connection.execute(
                "SELECT set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
                [f'{{"sub": "{member.user_id}"}}'],
            )
            return api_connection.execute("DELETE FROM check_ins WHERE id = %s", [made.id]).rowcount

    with logged_in_as(WORKER), ThreadPoolExecutor(2) as pool:
        with owner.transaction():
            owner.execute("SELECT FROM uploads WHERE id = %s FOR UPDATE", [bad.id])
            worked = pool.submit(work_alone)
            wait_for_waiting(owner, 1)
            deleted = pool.submit(take_back)
            wait_for_waiting(owner, 2)
        assert (worked.result(), deleted.result()) == ({"completed": 2}, 1)
    assert not CheckIn.objects.exists()
