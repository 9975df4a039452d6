"""What members, strangers and nobody may do in Storage: the adapter asks the stand-in, which asks the database."""

from datetime import timedelta

import httpx
import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.providers.errors import ProviderRefused
from caferoam.providers.storage import Storage, StoredObject, member_storage, service_storage
from caferoam.providers.storage.buckets import AVATARS, CHECKIN_PHOTOS, EXPORTS, MENU_PHOTOS
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import SignToken

SOON = timedelta(minutes=10)


@pytest.fixture
def service(storage_stub: StorageStub) -> Storage:
    return service_storage()


@pytest.fixture
def own(storage_stub: StorageStub, member: Principal, sign_token: SignToken) -> Storage:
    return member_storage(sign_token(member))


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


# --- what a member may


def test_a_member_puts_one_file_where_an_upload_of_theirs_waits(
    own: Storage, pending: str, storage_stub: StorageStub
) -> None:
    url = own.sign_upload(CHECKIN_PHOTOS, pending)
    assert httpx.put(url, content=b"jpeg", headers={"Content-Type": "image/jpeg"}).status_code == 200
    assert storage_stub.objects == {(CHECKIN_PHOTOS, pending): b"jpeg"}
    assert own.info(CHECKIN_PHOTOS, pending) == StoredObject(pending, 4, "image/jpeg")
    assert own.read(CHECKIN_PHOTOS, pending, max_bytes=4) == b"jpeg"
    again = httpx.put(url, content=b"else", headers={"Content-Type": "image/jpeg"})
    assert (again.status_code, again.json()["statusCode"]) == (400, "409")
    assert storage_stub.objects == {(CHECKIN_PHOTOS, pending): b"jpeg"}


def test_where_nothing_waits_no_upload_is_signed(own: Storage, member: Principal, pending: str) -> None:
    for bucket, path in [
        (CHECKIN_PHOTOS, f"{member.user_id}/other.jpg"),
        (MENU_PHOTOS, pending),
        (AVATARS, f"{member.user_id}/photo.webp"),
        (EXPORTS, f"{member.user_id}/all.zip"),
    ]:
        with pytest.raises(ProviderRefused, match="Storage will not sign an upload"):
            own.sign_upload(bucket, path)
