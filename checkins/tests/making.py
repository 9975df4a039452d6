"""Check-ins for tests, and what becomes of their photos."""

import uuid
from typing import Any
from uuid import UUID

from django.apps import apps

from accounts.models import Upload
from accounts.uploads.tests.making import MENU_PHOTO, ask
from caferoam.api.principal import Principal
from checkins.models import CheckIn
from shops.models import Shop

Stamp: Any = apps.get_model("stamps", "Stamp")
"""What a check-in earns. Its app stands above this one, so it is not imported here."""


def make_check_in(
    member: Principal, shop: Shop, *, photos: int = 1, menu: bool = False, note: str = "", key: str | None = None
) -> CheckIn:
    """A check-in as if all had been verified."""
    return CheckIn.objects.create(
        user_id=member.user_id,
        shop=shop,
        photo_upload_ids=[ask(member).id for _ in range(photos)],
        menu_upload_id=ask(member, MENU_PHOTO).id if menu else None,
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
