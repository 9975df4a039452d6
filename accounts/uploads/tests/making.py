"""Uploads for tests, in every state of their life."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from django.db import connection
from django.utils import timezone

from accounts.models import Upload
from accounts.uploads.tests import corpus
from caferoam.api.principal import Principal
from caferoam.testing.storage import StorageStub

CHECKIN_PHOTO, MENU_PHOTO, AVATAR = Upload.Purpose.CHECKIN_PHOTO, Upload.Purpose.MENU_PHOTO, Upload.Purpose.AVATAR


@cache
def photo_file() -> bytes:
    """A telephone's photo, with all that it tells."""
    return corpus.told_everything("JPEG")


def ask(
    member: Principal,
    purpose: Upload.Purpose = CHECKIN_PHOTO,
    *,
    size_bytes: int | None = None,
    content_type: str = "image/jpeg",
) -> Upload:
    """One whose file has not arrived."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, %s, %s, %s) RETURNING id",
            [member.user_id, purpose.value, content_type, size_bytes or len(photo_file())],
        )
        (upload_id,) = cursor.fetchone()
    return Upload.objects.get(id=upload_id)


def arrived(
    storage: StorageStub, member: Principal, purpose: Upload.Purpose = CHECKIN_PHOTO, *, data: bytes | None = None
) -> Upload:
    """One whose file is there."""
    sent = photo_file() if data is None else data
    upload = ask(member, purpose, size_bytes=max(1, len(sent)))
    storage.put(upload.bucket, upload.path, sent)
    return upload


def claimed(
    storage: StorageStub, member: Principal, purpose: Upload.Purpose = CHECKIN_PHOTO, *, data: bytes | None = None
) -> Upload:
    """One that something has claimed; its job is queued."""
    upload = arrived(storage, member, purpose, data=data)
    change(upload, status=Upload.Status.CLAIMED, claimed_at=timezone.now())
    return upload


def change(upload: Upload, **columns: object) -> None:
    """Write columns as the owner of the tables may, with all triggers."""
    Upload.objects.filter(id=upload.id).update(**columns)
    upload.refresh_from_db()


def let_expire(upload: Upload, *, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let it have expired so long ago."""
    change(upload, expires_at=timezone.now() - ago)


def put(url: str, data: bytes, headers: Mapping[str, str]) -> int:
    """PUT as a browser does; the answer's status."""
    request = urllib.request.Request(url, data=data, headers=dict(headers), method="PUT")  # noqa: S310 - the stub's
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            status: int = answer.status
            return status
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code


def fetch(url: str) -> bytes:
    """GET as a browser does."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the stub's
        body: bytes = answer.read()
        return body
