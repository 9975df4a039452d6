"""Uploads and check-ins for tests."""

import uuid
from functools import cache
from io import BytesIO
from uuid import UUID

from django.db import connection
from PIL import Image

from accounts.models import Upload
from caferoam.api.principal import Principal
from caferoam.testing.storage import StorageStub
from checkins.models import CheckIn
from shops.models import Shop

CHECKIN_PHOTO = Upload.Purpose.CHECKIN_PHOTO
MENU_PHOTO = Upload.Purpose.MENU_PHOTO


@cache
def jpeg() -> bytes:
    """A small photo."""
    file = BytesIO()
    Image.new("RGB", (64, 48), "tan").save(file, "JPEG")
    return file.getvalue()


def ask_upload(
    member: Principal, purpose: Upload.Purpose = CHECKIN_PHOTO, *, content_type: str = "image/jpeg"
) -> Upload:
    """An upload that a member may put a file to, and has not yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, %s, %s, %s) RETURNING id",
            [member.user_id, purpose.value, content_type, len(jpeg())],
        )
        (upload_id,) = cursor.fetchone()
    return Upload.objects.get(id=upload_id)


def put_photo(storage: StorageStub, member: Principal, purpose: Upload.Purpose = CHECKIN_PHOTO) -> Upload:
    """An upload whose file has arrived."""
    upload = ask_upload(member, purpose)
    storage.put(upload.bucket, upload.path, jpeg())
    return upload


def make_check_in(
    member: Principal, shop: Shop, *, photos: int = 1, menu: bool = False, note: str = "", key: str | None = None
) -> CheckIn:
    """A check-in as if all had been verified."""
    return CheckIn.objects.create(
        user_id=member.user_id,
        shop=shop,
        photo_upload_ids=[ask_upload(member).id for _ in range(photos)],
        menu_upload_id=ask_upload(member, MENU_PHOTO).id if menu else None,
        note=note,
        idempotency_key=key,
        request_hash=key and "0" * 64,
    )


def process(upload_id: UUID) -> list[str]:
    """What the worker does with a good photo, in the row alone; the paths of what it would have stored."""
    upload = Upload.objects.get(id=upload_id)
    folder = f"{upload.user_id}/{upload.id}"
    Upload.objects.filter(id=upload_id).update(
        status=Upload.Status.READY,
        photo_bucket=upload.bucket,
        photo_path=f"{folder}/photo.jpg",
        thumbnail_path=f"{folder}/thumb.jpg",
        width=64,
        height=48,
    )
    return [f"{folder}/photo.jpg", f"{folder}/thumb.jpg"]


def refuse(upload_id: UUID, reason: str = "damaged") -> None:
    """What the worker does with a bad one."""
    Upload.objects.filter(id=upload_id).update(status=Upload.Status.REFUSED, refusal=reason)


NOBODYS = uuid.UUID("00000000-0000-4000-8000-000000000000")
"""The id of nothing."""
