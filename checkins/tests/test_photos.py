"""From a member's file to what can be seen of it: the API, the storage and the workers together."""

from typing import Any

import pytest

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
