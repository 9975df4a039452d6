"""Members ask for a place to put a file, are told it once, and can ask what became of it."""

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from accounts.tests.racing import at_once, wait_for_waiting
from accounts.uploads.refusals import Reason
from accounts.uploads.tests import making
from accounts.uploads.tests.making import AVATAR, CHECKIN_PHOTO, MENU_PHOTO
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient, logged_in_as
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import SignToken

pytestmark = pytest.mark.django_db(transaction=True)

Bearer = Callable[[Principal], dict[str, str]]


def ask(api: APIClient, headers: dict[str, str], **fields: object) -> Any:
    body = {"purpose": "checkin_photo", "content_type": "image/jpeg", "bytes": len(making.photo_file()), **fields}
    return api.post("/uploads", body, format="json", headers=headers)


PLACES = [
    (CHECKIN_PHOTO, "image/jpeg", "checkin-photos", "jpg"),
    (MENU_PHOTO, "image/png", "menu-photos", "png"),
    (AVATAR, "image/webp", "avatar-uploads", "webp"),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0])
def test_a_file_can_be_put_where_the_answer_says(
    api: ApiClient,
    bearer: Bearer,
    member: Principal,
    storage_stub: StorageStub,
    place: tuple[Upload.Purpose, str, str, str],
) -> None:
    purpose, content_type, bucket, extension = place
    before = timezone.now()

    answer = ask(api, bearer(member), purpose=purpose.value, content_type=content_type)

    assert answer.status_code == 201
    ticket = answer.json()
    assert_as_described(ticket, "UploadTicket")
    assert answer["Location"] == f"/uploads/{ticket['id']}"
    assert (ticket["purpose"], ticket["method"]) == (purpose, "PUT")
    assert ticket["upload_url"].startswith(storage_stub.url)
    expires_at = datetime.fromisoformat(ticket["expires_at"])
    assert before + timedelta(hours=2) <= expires_at <= timezone.now() + timedelta(hours=2)
    assert making.put(ticket["upload_url"], making.photo_file(), ticket["headers"]) == 200
    path = f"{member.user_id}/{ticket['id']}.{extension}"
    assert storage_stub.objects == {(bucket, path): making.photo_file()}
    assert storage_stub.content_type(bucket, path) == content_type


def test_a_token_that_ended_on_the_way_to_the_storage_is_refused_like_any_other_that_ended(
    api: ApiClient, sign_token: SignToken, member: Principal, storage_stub: StorageStub
) -> None:
    now = int(time.time())
    # Clocks may differ by a few seconds for us, and by none for the storage.
    token = sign_token(member, iat=now - 60, exp=now - 2)

    answer = ask(api, {"Authorization": f"Bearer {token}"})

    assert storage_stub.requests, "so far it was good"
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert not Upload.objects.exists()


def test_a_storage_that_refuses_a_token_that_is_good_is_a_surprise(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    storage_stub.fail(403)
    api.raise_request_exception = False

    assert ask(api, bearer(member)).status_code == 500


def test_the_url_takes_one_file(api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub) -> None:
    ticket = ask(api, bearer(member)).json()
    making.put(ticket["upload_url"], making.photo_file(), ticket["headers"])

    assert making.put(ticket["upload_url"], b"another", ticket["headers"]) in range(400, 500)

    assert list(storage_stub.objects.values()) == [making.photo_file()]


def test_the_url_is_told_once(api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub) -> None:
    ticket = ask(api, bearer(member)).json()

    answer = api.get(f"/uploads/{ticket['id']}", headers=bearer(member))

    assert answer.status_code == 200
    assert_as_described(answer.json(), "Upload")
    assert answer.json() == {
        "id": ticket["id"],
        "purpose": "checkin_photo",
        "status": "pending",
        "refusal": None,
        "url": None,
        "thumbnail_url": None,
        "width": None,
        "height": None,
        "expires_at": ticket["expires_at"],
    }
    assert answer["Cache-Control"] == "private, no-store"
    assert ask(api, bearer(member)).json()["upload_url"] != ticket["upload_url"]


BAD_FIELDS: list[tuple[dict[str, object], str]] = [
    ({"purpose": "passport"}, "purpose"),
    ({"purpose": None}, "purpose"),
    ({"purpose": ["avatar"]}, "purpose"),
    ({"content_type": "image/heic"}, "content_type"),
    ({"content_type": "image/svg+xml"}, "content_type"),
    ({"content_type": "image/jpeg; charset=utf-8"}, "content_type"),
    ({"content_type": ""}, "content_type"),
    ({"bytes": 0}, "bytes"),
    ({"bytes": -1}, "bytes"),
    ({"bytes": MAX_BYTES + 1}, "bytes"),
    ({"bytes": 10**30}, "bytes"),
    ({"bytes": "100"}, "bytes"),
    ({"bytes": 1.5}, "bytes"),
    ({"bytes": True}, "bytes"),
    ({"path": "someone/else.jpg"}, "path"),
    ({"user_id": str(uuid.uuid4())}, "user_id"),
    ({"bucket": "avatars"}, "bucket"),
]


def test_what_cannot_be_asked_for_is_refused_by_name(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    for fields, named in BAD_FIELDS:
        answer = ask(api, bearer(member), **fields)

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), fields
        assert list(answer.json()["errors"]) == [named], fields
    assert not Upload.objects.exists()
    assert storage_stub.requests == []


def test_a_missing_field_is_named(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    answer = api.post("/uploads", {}, format="json", headers=bearer(member))

    assert set(answer.json()["errors"]) == {"purpose", "content_type", "bytes"}


def test_the_largest_file_may_be_announced(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    assert ask(api, bearer(member), bytes=MAX_BYTES).status_code == 201


def test_a_storage_that_is_down_is_said_so_and_leaves_nothing_half_made(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    storage_stub.fail(503, retry_after=17)

    answer = ask(api, bearer(member))

    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert answer["Retry-After"] == "17"
    assert storage_stub.url not in answer.content.decode()
    assert not Upload.objects.exists(), "it does not count among those that wait"
    storage_stub.heal()
    assert ask(api, bearer(member)).status_code == 201


def test_a_storage_that_will_not_have_it_leaves_nothing_half_made_either(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    storage_stub.fail(403)
    api.raise_request_exception = False

    assert ask(api, bearer(member)).status_code == 500

    assert not Upload.objects.exists()


def test_twenty_may_wait_to_be_used(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal, storage_stub: StorageStub
) -> None:
    waiting = [making.ask(member, purpose) for purpose in (CHECKIN_PHOTO, MENU_PHOTO, AVATAR, AVATAR) * 5]

    answer = ask(api, bearer(member))

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_pending_uploads")
    assert ask(api, bearer(other_member)).status_code == 201, "each counts for themselves"
    making.let_expire(waiting[0])
    assert ask(api, bearer(member)).status_code == 201, "what expired waits no longer"
    assert ask(api, bearer(member)).status_code == 409
    making.change(waiting[1], status=Upload.Status.CLAIMED)
    assert ask(api, bearer(member)).status_code == 201, "nor does what was used"


def test_of_requests_at_once_none_gets_past_the_twenty(
    bearer: Bearer, member: Principal, storage_stub: StorageStub, owner: psycopg.Connection
) -> None:
    for _ in range(18):
        making.ask(member)
    headers = bearer(member)

    with logged_in_as("caferoam_api"):
        with owner.transaction():
            owner.execute("SELECT FROM profiles WHERE id = %s FOR UPDATE", [member.user_id])
            calls = at_once(4, lambda: ask_alone(headers))
            wait_for_waiting(owner, 4)
        statuses = sorted(call.result() for call in calls)

    assert statuses == [201, 201, 409, 409]
    assert Upload.objects.filter(user_id=member.user_id).count() == 20


def ask_alone(headers: dict[str, str]) -> int:
    """As ``ask``, in a thread where the login is the API's already."""
    status: int = ask(APIClient(), headers).status_code
    return status


def test_a_ready_photo_can_be_seen(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    upload = making.claimed(storage_stub, member)
    make_ready(upload, storage_stub)

    answer = api.get(f"/uploads/{upload.id}/", headers=bearer(member)).json()

    assert_as_described(answer, "Upload")
    assert (answer["status"], answer["width"], answer["height"]) == ("ready", 64, 48)
    assert making.fetch(answer["url"]) == b"the photo"
    assert making.fetch(answer["thumbnail_url"]) == b"its thumbnail"


def make_ready(upload: Upload, storage: StorageStub) -> None:
    bucket = "avatars" if upload.purpose == AVATAR else upload.bucket
    path = f"{upload.user_id}/{upload.id}"
    storage.put(bucket, f"{path}/photo.webp", b"the photo", "image/webp")
    storage.put(bucket, f"{path}/thumbnail.webp", b"its thumbnail", "image/webp")
    making.change(
        upload,
        status=Upload.Status.READY,
        photo_bucket=bucket,
        photo_path=f"{path}/photo.webp",
        thumbnail_path=f"{path}/thumbnail.webp",
        width=64,
        height=48,
    )


@pytest.mark.parametrize("status", [503, 403])
def test_what_is_known_is_shown_while_the_storage_is_down(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub, status: int
) -> None:
    upload = making.claimed(storage_stub, member)
    make_ready(upload, storage_stub)
    storage_stub.fail(status)

    answer = api.get(f"/uploads/{upload.id}", headers=bearer(member))

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["url"], answer.json()["thumbnail_url"]) == ("ready", None, None)


def test_a_refused_one_says_why(api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub) -> None:
    upload = making.claimed(storage_stub, member)
    for reason in Reason:
        making.change(upload, status=Upload.Status.REFUSED, refusal=reason.value)

        answer = api.get(f"/uploads/{upload.id}", headers=bearer(member)).json()

        assert_as_described(answer, "Upload")
        assert answer["refusal"] == {"code": reason.value, "message": reason.message}
        assert answer["refusal"]["message"].endswith(".")


def test_nobody_learns_of_another_s_upload_or_of_one_that_is_on_its_way_out(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal, storage_stub: StorageStub
) -> None:
    theirs, gone = making.ask(other_member), making.ask(member)
    making.change(gone, status=Upload.Status.DISCARDED)

    for upload_id in (theirs.id, gone.id, uuid.uuid4()):
        answer = api.get(f"/uploads/{upload_id}", headers=bearer(member))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert api.get("/uploads/42", headers=bearer(member)).json()["errors"].keys() == {"upload_id"}
    assert api.get(f"/uploads/{theirs.id}?a=1", headers=bearer(other_member)).json()["errors"].keys() == {"a"}
    assert api.get(f"/uploads/{theirs.id}").status_code == 401
    assert api.post("/uploads", {}, format="json").status_code == 401


def test_asking_takes_few_statements(
    api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub
) -> None:
    upload = ask(api, bearer(member)).json()["id"]
    asked = api.queries
    api.get(f"/uploads/{upload}", headers=bearer(member))

    assert (asked, api.queries) == (5, 4)  # begin, bind, insert, read, commit; begin, bind, read, commit
    assert len(storage_stub.requests) == 1, "nothing is asked of the storage for what is not ready"


def test_a_member_may_forget_only_what_waits_and_is_their_own(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    own, used, theirs = making.ask(member), making.ask(member), making.ask(other_member)
    making.change(used, status=Upload.Status.CLAIMED)

    with api_connection.transaction():
        api_connection.execute("SET LOCAL ROLE authenticated")
        api_connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [f'{{"sub": "{member.user_id}"}}'])
        forgotten = api_connection.execute("DELETE FROM uploads RETURNING id").fetchall()

    assert forgotten == [(own.id,)]
    assert {upload.id for upload in Upload.objects.all()} == {used.id, theirs.id}
