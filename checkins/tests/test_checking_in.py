"""POST /checkins: who was there, with photos of their own to show for it."""

from http import HTTPStatus
from typing import Any

import pytest

from accounts.models import Upload
from accounts.uploads.tests.making import MENU_PHOTO, arrived, ask
from caferoam.api.principal import Principal
from caferoam.jobs.models import Job
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.storage import StorageStub
from checkins.models import CheckIn
from checkins.tests.conftest import Bearer, Post
from checkins.tests.making import NOBODYS, Stamp
from shops.models import Shop
from shops.tests.making import make_shop


def refusal(response: Any) -> tuple[int, str, list[str]]:
    body = response.json()
    return response.status_code, body["code"], list(body.get("errors", {}))


def test_a_check_in_is_answered_with_all_there_is_to_it(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photos = [arrived(storage_stub, member) for _ in range(3)]
    menu = arrived(storage_stub, member, MENU_PHOTO)
    ids = [str(photo.id) for photo in photos]
    response = post(
        {"shop_id": str(shop.id), "upload_ids": ids, "menu_upload_id": str(menu.id), "note": " 靠窗\r\n很亮 "}
    )
    assert response.status_code == HTTPStatus.CREATED, response.content
    body = response.json()
    assert_as_described(body, "CheckIn")
    assert response["Location"] == f"/checkins/{body['id']}"
    assert [photo["id"] for photo in body["photos"]] == ids, "in the order in which they were named"
    assert {photo["status"] for photo in (*body["photos"], body["menu_photo"])} == {"claimed"}
    assert (body["menu_photo"]["id"], body["note"]) == (str(menu.id), "靠窗\n很亮")
    assert (body["shop_id"], body["shop_status"], body["shop"]["name"]) == (str(shop.id), "live", shop.name)
    stamp = Stamp.objects.get(check_in_id=body["id"])
    assert body["stamp"] == {"id": str(stamp.id), "design_url": f"/stamps/{shop.id}.svg"}
    assert (stamp.user_id, stamp.shop_id) == (member.user_id, shop.id)
    kept = CheckIn.objects.get()
    assert (kept.user_id, kept.idempotency_key, kept.request_hash) == (member.user_id, None, None)


def test_a_menu_is_queued_to_be_read_before_the_backfills(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photo, menu = arrived(storage_stub, member), arrived(storage_stub, member, MENU_PHOTO)
    assert post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}).status_code == HTTPStatus.CREATED
    assert not Job.objects.filter(job_type="enrich_menu_photo").exists()
    photo = arrived(storage_stub, member)
    answer = post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)], "menu_upload_id": str(menu.id)})
    assert answer.status_code == HTTPStatus.CREATED
    job = Job.objects.get(job_type="enrich_menu_photo")
    meant = {"shop_id": str(shop.id), "upload_id": str(menu.id), "user_id": str(member.user_id)}
    assert (job.priority, job.status) == (5, "pending")
    assert {name: value for name, value in job.payload.items() if not name.startswith("_")} == meant


def test_the_same_cafe_stamps_again(post: Post, storage_stub: StorageStub, member: Principal, shop: Shop) -> None:
    for _ in range(2):
        photo = arrived(storage_stub, member)
        assert post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}).status_code == HTTPStatus.CREATED
    assert Stamp.objects.filter(user_id=member.user_id, shop=shop).count() == 2


UPLOAD = "00000000-0000-4000-8000-00000000000a"
BAD_BODIES: list[tuple[str, dict[str, object], list[str]]] = [
    ("nothing", {}, ["shop_id"]),
    ("no photo", {"shop_id": UPLOAD}, ["upload_ids"]),
    ("an empty list", {"shop_id": UPLOAD, "upload_ids": []}, ["upload_ids"]),
    ("null for the list", {"shop_id": UPLOAD, "upload_ids": None}, ["upload_ids"]),
    ("null for the URLs", {"shop_id": UPLOAD, "photo_urls": None}, ["photo_urls"]),
    ("a menu alone", {"shop_id": UPLOAD, "menu_upload_id": UPLOAD}, ["upload_ids"]),
    ("a menu's URL alone", {"shop_id": UPLOAD, "menu_photo_url": "x"}, ["photo_urls"]),
    ("four photos", {"shop_id": UPLOAD, "upload_ids": [f"{UPLOAD[:-1]}{n}" for n in range(4)]}, ["upload_ids"]),
    ("four URLs", {"shop_id": UPLOAD, "photo_urls": ["x"] * 4}, ["photo_urls"]),
    ("a photo twice", {"shop_id": UPLOAD, "upload_ids": [UPLOAD, UPLOAD]}, ["upload_ids.1"]),
    ("a photo twice in two spellings", {"shop_id": UPLOAD, "upload_ids": [UPLOAD, UPLOAD.upper()]}, ["upload_ids.1"]),
    ("its photo for a menu", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "menu_upload_id": UPLOAD}, ["menu_upload_id"]),
    ("both forms", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "photo_urls": ["x"]}, ["photo_urls"]),
    ("one for each", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "menu_photo_url": "x"}, ["menu_photo_url"]),
    ("one for each, turned", {"shop_id": UPLOAD, "photo_urls": ["x"], "menu_upload_id": UPLOAD}, ["photo_urls"]),
    ("no UUID", {"shop_id": UPLOAD, "upload_ids": ["x"]}, ["upload_ids.0"]),
    ("a number for a UUID", {"shop_id": 7, "upload_ids": [UPLOAD]}, ["shop_id"]),
    ("a text for the list", {"shop_id": UPLOAD, "upload_ids": UPLOAD}, ["upload_ids"]),
    ("a list for a URL", {"shop_id": UPLOAD, "photo_urls": [["x"]]}, ["photo_urls.0"]),
    ("a long note", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "note": "字" * 1001}, ["note"]),
    ("no text", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "note": 5}, ["note"]),
    ("NUL", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "note": "a\x00"}, ["note"]),
    ("half a character", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "note": "\ud83d"}, ["note"]),
    ("text that reverses", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "note": "a\u202eb"}, ["note"]),
    ("somebody else", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "user_id": UPLOAD}, ["user_id"]),
    ("an id of its own", {"shop_id": UPLOAD, "upload_ids": [UPLOAD], "id": UPLOAD}, ["id"]),
]


@pytest.mark.usefixtures("member")
def test_a_body_that_is_not_understood_is_refused_by_name(post: Post) -> None:
    answers = {name: refusal(post(body)) for name, body, _ in BAD_BODIES}
    assert answers == {name: (400, "invalid_request", fields) for name, _, fields in BAD_BODIES}


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\tb"])
def test_a_key_is_visible_ascii(post: Post, key: str) -> None:
    assert refusal(post({"shop_id": UPLOAD, "upload_ids": [UPLOAD]}, key=key)) == (
        400,
        "invalid_request",
        ["Idempotency-Key"],
    )


def test_a_note_may_be_as_long_as_the_database_keeps(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photo = arrived(storage_stub, member)
    answer = post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)], "note": "😀" * 1000})
    assert (answer.status_code, answer.json()["note"]) == (201, "😀" * 1000)


def test_a_note_that_is_not_given_is_empty(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photo = arrived(storage_stub, member)
    assert post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}).json()["note"] == ""


def test_an_upload_that_cannot_be_used_is_named_with_the_reason(
    post: Post, storage_stub: StorageStub, member: Principal, other_member: Principal, shop: Shop
) -> None:
    good = arrived(storage_stub, member)
    used = arrived(storage_stub, member)
    assert post({"shop_id": str(shop.id), "upload_ids": [str(used.id)]}).status_code == HTTPStatus.CREATED
    expired = arrived(storage_stub, member)
    Upload.objects.filter(id=expired.id).update(expires_at="2020-01-01T00:00:00Z")
    no_photo = ask(member)
    storage_stub.put(no_photo.bucket, no_photo.path, b"<svg/>".ljust(no_photo.bytes))
    bad = {
        "unknown_upload": NOBODYS,
        "already_used": used.id,
        "expired": expired.id,
        "wrong_purpose": arrived(storage_stub, member, MENU_PHOTO).id,
        "missing": ask(member).id,
        "type_svg": no_photo.id,
    }
    foreign = arrived(storage_stub, other_member)
    for reason, upload_id in [*bad.items(), ("unknown_upload", foreign.id)]:
        answer = post({"shop_id": str(shop.id), "upload_ids": [str(good.id), str(upload_id)]})
        assert refusal(answer) == (400, "upload_refused", ["upload_ids.1"]), reason
        assert answer.json()["reasons"] == {"upload_ids.1": reason}
    answer = post({"shop_id": str(shop.id), "upload_ids": [str(good.id)], "menu_upload_id": str(foreign.id)})
    assert refusal(answer) == (400, "upload_refused", ["menu_upload_id"])
    assert CheckIn.objects.count() == 1
    assert Upload.objects.get(id=good.id).status == Upload.Status.PENDING, "what was good can be used again"


@pytest.mark.parametrize("status", [None, "draft", "closed"])
def test_a_cafe_that_is_not_live_takes_no_check_in(
    post: Post, storage_stub: StorageStub, member: Principal, status: str | None
) -> None:
    shop_id = make_shop("青鳥", status=status).id if status else NOBODYS
    photo = arrived(storage_stub, member)
    answer = post({"shop_id": str(shop_id), "upload_ids": [str(photo.id)]})
    assert refusal(answer) == (400, "shop_not_found", ["shop_id"])
    assert not CheckIn.objects.exists()
    assert Upload.objects.get(id=photo.id).status == Upload.Status.PENDING


def test_a_storage_that_is_down_leaves_nothing_behind_and_can_be_asked_again(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photo = arrived(storage_stub, member)
    body = {"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}
    storage_stub.fail(503, retry_after=7)
    answer = post(body, key="k")
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert not CheckIn.objects.exists()
    assert not Stamp.objects.exists()
    assert Upload.objects.get(id=photo.id).status == Upload.Status.PENDING
    storage_stub.heal()
    assert post(body, key="k").status_code == HTTPStatus.CREATED


def test_members_alone_check_in(
    api: ApiClient, bearer: Bearer, newcomer: Principal, storage_stub: StorageStub, shop: Shop
) -> None:
    body = {"shop_id": str(shop.id), "upload_ids": [UPLOAD]}
    assert api.post("/checkins", body, format="json").status_code == HTTPStatus.UNAUTHORIZED
    answer = api.post("/checkins", body, format="json", headers=bearer(newcomer))
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_required")
    assert storage_stub.requests == []
