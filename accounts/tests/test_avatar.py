"""A profile picture is an upload of the member's own, seen to be one before it is taken, and given up for the next."""

import uuid
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import psycopg
import pytest
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Upload
from accounts.tests.racing import at_once, wait_for_waiting
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.members import join
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import new_member

pytestmark = pytest.mark.django_db(transaction=True)

Bearer = Callable[[Principal], dict[str, str]]


@cache
def jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 64), "tan").save(file, "JPEG")
    return file.getvalue()


def ask(owner: psycopg.Connection, member: Principal, purpose: str = "avatar") -> Upload:
    """An upload whose file has not arrived."""
    row = owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, %s, 'image/jpeg', %s) RETURNING id",
        [member.user_id, purpose, len(jpeg())],
    ).fetchone()
    assert row is not None
    return Upload.objects.get(id=row[0])


def arrived(owner: psycopg.Connection, storage: StorageStub, member: Principal, purpose: str = "avatar") -> Upload:
    upload = ask(owner, member, purpose)
    storage.put(upload.bucket, upload.path, jpeg())
    return upload


def choose(api: ApiClient, headers: dict[str, str], upload: uuid.UUID | None) -> tuple[int, dict[str, Any]]:
    wanted = {"avatar_upload_id": None if upload is None else str(upload), "display_name": "with a face"}
    response = api.patch("/profile", wanted, format="json", headers=headers)
    answer: dict[str, Any] = response.json()
    return response.status_code, answer


def status_of(upload: Upload) -> str:
    return Upload.objects.get(pk=upload.pk).status


def ready(owner: psycopg.Connection, upload: Upload) -> None:
    """As a worker leaves it."""
    owner.execute(
        "UPDATE uploads SET status = 'ready', processed_at = now(), photo_bucket = 'avatars', width = 64, height = 64,"
        " photo_path = user_id || '/' || id || '/photo.webp', thumbnail_path = user_id || '/' || id || '/thumb.webp'"
        " WHERE id = %s",
        [upload.pk],
    )


def test_a_picture_is_taken_shown_when_it_is_ready_and_given_up(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    first = arrived(owner, storage_stub, member)
    status, profile = choose(api, bearer(member), first.pk)
    assert status == 200
    assert_as_described(profile, "Profile")
    assert (profile["avatar"]["id"], profile["avatar"]["status"]) == (str(first.pk), "claimed")
    assert (profile["avatar"]["url"], profile["display_name"]) == (None, "with a face")

    ready(owner, first)
    asked = len(storage_stub.requests)
    shown = api.get("/profile", headers=bearer(member)).json()["avatar"]
    assert shown["url"] == f"{storage_stub.url}/storage/v1/object/public/avatars/{member.user_id}/{first.pk}/photo.webp"
    assert shown["thumbnail_url"].endswith("/thumb.webp")
    assert len(storage_stub.requests) == asked, "a public picture needs nobody's signature"

    second = arrived(owner, storage_stub, member)
    assert choose(api, bearer(member), second.pk)[1]["avatar"]["id"] == str(second.pk)
    assert (status_of(first), status_of(second)) == ("discarded", "claimed")
    assert choose(api, bearer(member), None)[1]["avatar"] is None
    assert status_of(second) == "discarded"


def test_asking_for_the_same_picture_again_changes_nothing(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    upload = arrived(owner, storage_stub, member)
    first = choose(api, bearer(member), upload.pk)
    storage_stub.remove(upload.bucket, upload.path)  # as a worker does once it is ready
    assert choose(api, bearer(member), upload.pk) == first
    assert status_of(upload) == "claimed"


def test_a_refused_picture_says_why(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    upload = arrived(owner, storage_stub, member)
    choose(api, bearer(member), upload.pk)
    owner.execute("UPDATE uploads SET status = 'refused', refusal = 'damaged' WHERE id = %s", [upload.pk])
    avatar = api.get("/profile", headers=bearer(member)).json()["avatar"]
    assert (avatar["status"], avatar["refusal"]["code"], avatar["url"]) == ("refused", "damaged", None)


def test_what_cannot_be_a_picture_of_the_member_s_is_refused_by_name(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    expired, text = arrived(owner, storage_stub, member), arrived(owner, storage_stub, member)
    owner.execute("UPDATE uploads SET expires_at = now() WHERE id = %s", [expired.pk])
    storage_stub.put(text.bucket, text.path, b"<html>".ljust(len(jpeg())))
    used = arrived(owner, storage_stub, member)
    choose(api, bearer(member), used.pk)
    choose(api, bearer(member), None)
    cases = {
        "unknown_upload": [uuid.uuid4(), arrived(owner, storage_stub, join(new_member())).pk],
        "wrong_purpose": [arrived(owner, storage_stub, member, "checkin_photo").pk],
        "already_used": [used.pk],
        "expired": [expired.pk],
        "missing": [ask(owner, member).pk],
        "type_html": [text.pk],
    }
    before = api.get("/profile", headers=bearer(member)).json()
    for reason, uploads in cases.items():
        for upload in uploads:
            status, problem = choose(api, bearer(member), upload)
            assert (status, problem["code"], list(problem["errors"])) == (400, "upload_refused", ["avatar_upload_id"])
            assert problem["reasons"] == {"avatar_upload_id": reason}
    assert api.get("/profile", headers=bearer(member)).json() == before


def test_a_storage_that_is_down_changes_nothing_and_the_change_can_be_repeated(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    upload = arrived(owner, storage_stub, member)
    before = api.get("/profile", headers=bearer(member)).json()
    storage_stub.fail(503, retry_after=7)
    response = api.patch("/profile", {"avatar_upload_id": str(upload.pk)}, format="json", headers=bearer(member))
    assert (response.status_code, response.json()["code"]) == (503, "provider_unavailable")
    assert int(response["Retry-After"]) >= 1
    assert (api.get("/profile", headers=bearer(member)).json(), status_of(upload)) == (before, "pending")
    storage_stub.heal()
    assert choose(api, bearer(member), upload.pk)[0] == 200


@pytest.mark.slow
@pytest.mark.usefixtures("api_login")
def test_an_upload_that_is_used_elsewhere_meanwhile_is_refused(
    bearer: Bearer,
    member: Principal,
    owner: psycopg.Connection,
    second_owner: psycopg.Connection,
    storage_stub: StorageStub,
) -> None:
    row = owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, 'avatar', 'image/jpeg', %s)"
        " RETURNING id, bucket, path",
        [member.user_id, len(jpeg())],
    ).fetchone()
    assert row is not None
    upload_id, bucket, path = row
    storage_stub.put(bucket, path, jpeg())
    headers, wanted = bearer(member), {"avatar_upload_id": str(upload_id), "display_name": "late"}
    with second_owner.transaction():
        second_owner.execute("SELECT FROM profiles WHERE id = %s FOR UPDATE", [member.user_id])
        (call,) = at_once(1, lambda: APIClient().patch("/profile", wanted, format="json", headers=headers))
        wait_for_waiting(owner, 1)
        second_owner.execute("UPDATE uploads SET status = 'discarded' WHERE id = %s", [upload_id])
    answer = call.result()
    assert (answer.status_code, answer.json()["reasons"]) == (400, {"avatar_upload_id": "already_used"})
    kept = owner.execute("SELECT display_name, avatar_upload_id FROM profiles WHERE id = %s", [member.user_id])
    assert kept.fetchone() == (None, None)
