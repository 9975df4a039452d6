"""What members, strangers and nobody may do in Storage: the adapter asks the stand-in, which asks the database."""

import http.client
import json
from datetime import timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.providers.errors import ProviderRefused
from caferoam.providers.storage import Storage, StoredObject, member_storage
from caferoam.providers.storage.buckets import (
    AVATAR_UPLOADS,
    AVATARS,
    BUCKETS,
    CHECKIN_PHOTOS,
    EXPORTS,
    MENU_PHOTOS,
    SHOP_PHOTOS,
)
from caferoam.testing.storage import KEYS, StorageStub
from caferoam.testing.tokens import SignToken

SOON = timedelta(minutes=10)
JPEG = {"Content-Type": "image/jpeg"}
OWN_BUCKETS = (CHECKIN_PHOTOS, MENU_PHOTOS, AVATAR_UPLOADS, EXPORTS)


@pytest.fixture
def own(storage_stub: StorageStub, member: Principal, sign_token: SignToken) -> Storage:
    return member_storage(sign_token(member))


@pytest.fixture
def strange(storage_stub: StorageStub, other_member: Principal, sign_token: SignToken) -> Storage:
    return member_storage(sign_token(other_member))


@pytest.fixture
def pending(owner: psycopg.Connection, member: Principal) -> str:
    """The path at which an upload of the member waits for its file."""
    row = owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, 'checkin_photo', 'image/jpeg', 4)"
        " RETURNING path",
        [member.user_id],
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_member_puts_one_file_where_an_upload_of_theirs_waits(
    own: Storage, pending: str, storage_stub: StorageStub
) -> None:
    url = own.sign_upload(CHECKIN_PHOTOS, pending)
    assert httpx.put(url, content=b"jpeg", headers=JPEG).status_code == 200
    assert storage_stub.objects == {(CHECKIN_PHOTOS, pending): b"jpeg"}
    assert own.info(CHECKIN_PHOTOS, pending) == StoredObject(pending, 4, "image/jpeg")
    assert own.read(CHECKIN_PHOTOS, pending, max_bytes=4) == b"jpeg"
    again = httpx.put(url, content=b"else", headers=JPEG)
    assert (again.status_code, again.json()["statusCode"]) == (400, "409")
    assert storage_stub.objects == {(CHECKIN_PHOTOS, pending): b"jpeg"}


def test_where_nothing_waits_no_upload_is_signed(own: Storage, member: Principal, pending: str) -> None:
    for bucket, path in [
        (CHECKIN_PHOTOS, f"{member.user_id}/other.jpg"),
        (CHECKIN_PHOTOS, f"{pending}/below.jpg"),
        (MENU_PHOTOS, pending),
        (AVATARS, f"{member.user_id}/photo.webp"),
        (SHOP_PHOTOS, "shop.webp"),
        (EXPORTS, f"{member.user_id}/all.zip"),
    ]:
        with pytest.raises(ProviderRefused, match="Storage will not sign an upload"):
            own.sign_upload(bucket, path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE uploads SET status = 'claimed', claimed_at = now()",
        "UPDATE uploads SET status = 'refused', refusal = 'type'",
        "UPDATE uploads SET status = 'discarded'",
        "UPDATE uploads SET expires_at = now()",
    ],
)
def test_an_upload_that_waits_no_more_takes_no_file(
    change: str, own: Storage, pending: str, owner: psycopg.Connection
) -> None:
    owner.execute(change.encode())
    with pytest.raises(ProviderRefused, match="403"):
        own.sign_upload(CHECKIN_PHOTOS, pending)


def test_a_stranger_and_nobody_put_nothing_in_a_member_s_place(
    strange: Storage, pending: str, storage_stub: StorageStub
) -> None:
    with pytest.raises(ProviderRefused, match="403"):
        strange.sign_upload(CHECKIN_PHOTOS, pending)
    nobody = httpx.post(
        f"{storage_stub.url}/storage/v1/object/upload/sign/{CHECKIN_PHOTOS}/{pending}",
        headers={"apikey": KEYS.publishable},
    )
    assert nobody.json()["statusCode"] == "403"


def test_a_member_sees_what_lies_under_their_id_and_a_stranger_and_nobody_do_not(
    own: Storage, strange: Storage, member: Principal, storage_stub: StorageStub
) -> None:
    path = f"{member.user_id}/photo/thumb.webp"
    for bucket in OWN_BUCKETS:
        storage_stub.put(bucket, path, b"webp")
        storage_stub.put(bucket, f"{uuid4()}/photo.webp", b"another's")
        assert own.sign_reads(bucket, [path], ttl=SOON).keys() == {path}
        assert own.read(bucket, path, max_bytes=4) == b"webp"
        assert [found.path for found in own.list(bucket, "")] == [path]
        for other in (strange, member_storage(KEYS.publishable)):
            assert other.sign_reads(bucket, [path], ttl=SOON) == {}
            assert other.info(bucket, path) is None
            assert other.read(bucket, path, max_bytes=4) is None
            assert list(other.list(bucket, "")) == []


def test_another_s_folder_whose_name_begins_like_theirs_is_not_theirs(
    own: Storage, member: Principal, storage_stub: StorageStub
) -> None:
    for name in (f"{member.user_id}x/photo.webp", f"{str(member.user_id).upper()}/photo.webp", f"x/{member.user_id}/a"):
        storage_stub.put(CHECKIN_PHOTOS, name, b"webp")
        assert own.info(CHECKIN_PHOTOS, name) is None


def test_a_member_writes_deletes_and_overwrites_nothing_by_themselves(
    own: Storage, pending: str, storage_stub: StorageStub
) -> None:
    storage_stub.put(CHECKIN_PHOTOS, pending, b"jpeg")
    assert own.delete(CHECKIN_PHOTOS, [pending]) == 0
    with pytest.raises(ProviderRefused, match="403"):
        own.write(CHECKIN_PHOTOS, pending, b"else", "image/jpeg")
    with pytest.raises(ProviderRefused, match="409 Duplicate"):
        own.sign_upload(CHECKIN_PHOTOS, pending)
    assert storage_stub.objects == {(CHECKIN_PHOTOS, pending): b"jpeg"}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO account_deletions (user_id) SELECT id FROM profiles",
        "UPDATE profiles SET deactivated_at = now()",
    ],
)
def test_the_token_of_a_member_who_leaves_or_is_closed_out_opens_nothing(
    statement: str, own: Storage, pending: str, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    thumbnail = pending.replace(".jpg", "/thumb.webp")
    storage_stub.put(CHECKIN_PHOTOS, thumbnail, b"webp")
    assert own.sign_reads(CHECKIN_PHOTOS, [thumbnail], ttl=SOON).keys() == {thumbnail}
    owner.execute(statement.encode())
    with pytest.raises(ProviderRefused, match="403"):
        own.sign_upload(CHECKIN_PHOTOS, pending)
    assert own.sign_reads(CHECKIN_PHOTOS, [thumbnail], ttl=SOON) == {}


def test_an_expired_token_opens_nothing_and_does_not_make_things_look_absent(
    member: Principal, sign_token: SignToken, storage_stub: StorageStub
) -> None:
    storage_stub.put(CHECKIN_PHOTOS, f"{member.user_id}/photo.webp", b"webp")
    expired = member_storage(sign_token(member, exp=1))
    for ask in (
        lambda: expired.info(CHECKIN_PHOTOS, f"{member.user_id}/photo.webp"),
        lambda: expired.read(CHECKIN_PHOTOS, f"{member.user_id}/photo.webp", max_bytes=4),
        lambda: expired.sign_reads(CHECKIN_PHOTOS, [f"{member.user_id}/photo.webp"], ttl=SOON),
    ):
        with pytest.raises(ProviderRefused, match="403 Unauthorized"):
            ask()


def test_what_is_signed_for_one_object_and_one_purpose_serves_no_other(
    own: Storage, pending: str, member: Principal, storage_stub: StorageStub
) -> None:
    other = f"{member.user_id}/other.jpg"
    upload = own.sign_upload(CHECKIN_PHOTOS, pending)
    assert httpx.put(upload.replace(pending, other), content=b"jpeg", headers=JPEG).status_code == 400
    assert httpx.put(upload.replace(CHECKIN_PHOTOS, MENU_PHOTOS), content=b"jpeg", headers=JPEG).status_code == 400
    assert httpx.get(upload.replace("/upload/sign/", "/sign/")).status_code == 400
    storage_stub.put(CHECKIN_PHOTOS, pending, b"jpeg")
    storage_stub.put(CHECKIN_PHOTOS, other, b"else")
    [read] = own.sign_reads(CHECKIN_PHOTOS, [pending], ttl=SOON).values()
    assert httpx.get(read.replace(pending, other)).status_code == 400
    assert httpx.get(f"{read}x").status_code == 400
    as_upload = read.replace("/object/sign/", "/object/upload/sign/")
    assert httpx.put(as_upload, content=b"else", headers=JPEG).status_code == 400
    assert storage_stub.objects[CHECKIN_PHOTOS, pending] == b"jpeg"


def test_every_bucket_takes_its_types_and_its_size_and_no_more(storage_stub: StorageStub) -> None:
    service = {"apikey": KEYS.secret}
    for bucket in BUCKETS:
        url = f"{storage_stub.url}/storage/v1/object/{bucket.name}/a/b"
        svg = httpx.post(url, content=b"<svg/>", headers={**service, "Content-Type": "image/svg+xml"})
        assert svg.json()["statusCode"] == "415"
        # Announced alone: it is refused before a byte of it has come.
        connection = http.client.HTTPConnection(storage_stub.url.removeprefix("http://"), timeout=30)
        connection.putrequest("POST", url)
        announced = {"Content-Type": bucket.content_types[0], "Content-Length": str(bucket.max_bytes + 1)}
        for name, value in {**service, **announced}.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as refused:
            assert json.load(refused)["statusCode"] == "413"
        connection.close()
    assert storage_stub.objects == {}


def test_who_is_here_without_a_policy_is_nobody(storage_stub: StorageStub) -> None:
    for headers in ({}, {"apikey": "sb_publishable_of_another_project"}, {"Authorization": f"Bearer {KEYS.secret}"}):
        answer = httpx.post(
            f"{storage_stub.url}/storage/v1/object/list/{CHECKIN_PHOTOS}", json={"prefix": ""}, headers=headers
        )
        assert answer.status_code == 401
