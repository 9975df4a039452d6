"""Checking in, once however often it is asked for, and taking it back.

The files are looked at over HTTP, for which no transaction may wait. So there are two: one reads, the other inserts.
What changed in between is for the second to find out: the database claims the uploads in the statement that inserts the
check-in, and knows each key of a member once. A request that loses such a race, at whatever step and for whatever
reason, looks whether another one with its key has won, and then gives that one's answer.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import IntegrityError, ProgrammingError, connection
from django.http import Http404

from accounts.models import Upload
from accounts.uploads.refusals import UploadRefused
from accounts.uploads.verification import pending_uploads, verify_uploads
from caferoam.database.errors import is_row_refused, violated_constraint
from caferoam.providers.analytics import CheckedIn, capture
from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.storage import Storage
from checkins.errors import FirstAnswerGone, IdempotencyKeyReused, ShopNotFound, UploadNotAvailable
from checkins.models import CheckIn
from checkins.own_objects import OwnObject, refuse_urls
from checkins.reading import ReadCheckIns, one_check_in

_INSERT: Final = """
INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, menu_upload_id, note, idempotency_key, request_hash)
VALUES (%s, %s, %s::uuid[], %s, %s, %s, %s) RETURNING id"""


@dataclass(frozen=True)
class Photo:
    """An upload, as the field ``field`` of the request names it; ``claimed_object`` if it does so by URL."""

    field: str
    upload_id: UUID
    claimed_object: OwnObject | None = None


@dataclass(frozen=True)
class NewCheckIn:
    """What a member asks for."""

    shop_id: UUID
    photos: Sequence[Photo]
    menu: Photo | None
    note: str

    @property
    def all_photos(self) -> Sequence[Photo]:
        """The menu's too."""
        return (*self.photos, self.menu) if self.menu else self.photos

    @property
    def digest(self) -> str:
        """The same for the same request, however its JSON is laid out and whatever tokens its URLs carry."""
        said = [str(self.shop_id), self.note, [[photo.field, str(photo.upload_id)] for photo in self.all_photos]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def check_in(
    wanted: NewCheckIn,
    *,
    member: UUID,
    key: str | None,
    as_member: Callable[[], AbstractContextManager[object]],
    storage: Storage,
) -> ReadCheckIns:
    """Make the check-in, or find the one that the same request with the same ``key`` has made.

    Raises:
        ShopNotFound: the café is not there, or not live.
        UploadRefused, UploadNotAvailable, UrlNotOurs: naming the photos that cannot be used.
        IdempotencyKeyReused: the key stands for another request.
        ProviderUnavailable: the storage cannot be asked; nothing was written.
    """
    try:
        return _attempt(wanted, member=member, key=key, as_member=as_member, storage=storage)
    except (UploadRefused, UploadNotAvailable, ProviderUnavailable, FirstAnswerGone):
        with as_member():
            first = _first_answer(wanted, member=member, key=key)
        if first is None:
            raise
        return first


def take_back(check_in_id: UUID, *, member: UUID) -> None:
    """Delete a check-in; its stamp goes with it, and its photos.

    Raises:
        Http404: the member has no such check-in.
    """
    deleted, _ = CheckIn.objects.filter(id=check_in_id, user_id=member).delete()
    if not deleted:
        raise Http404


def _attempt(
    wanted: NewCheckIn,
    *,
    member: UUID,
    key: str | None,
    as_member: Callable[[], AbstractContextManager[object]],
    storage: Storage,
) -> ReadCheckIns:
    field_of = {photo.upload_id: photo.field for photo in wanted.all_photos}
    with as_member():
        if first := _first_answer(wanted, member=member, key=key):
            return first
        purposes = dict.fromkeys((photo.upload_id for photo in wanted.photos), Upload.Purpose.CHECKIN_PHOTO)
        if wanted.menu:
            purposes[wanted.menu.upload_id] = Upload.Purpose.MENU_PHOTO
        uploads = pending_uploads(purposes, member=member, field_of=field_of.__getitem__)
    _hold_to_urls(wanted, {upload.id: upload for upload in uploads})
    verify_uploads(storage, uploads, field_of=field_of.__getitem__)
    try:
        with as_member():
            made = one_check_in(_insert(wanted, member=member, key=key), member=member)
    except IntegrityError as exc:
        match violated_constraint(exc):
            case "check_ins_once_per_key":
                raise FirstAnswerGone from exc  # unless it is found
            case "check_ins_photos_own_pending":
                raise UploadNotAvailable([photo.field for photo in wanted.photos]) from exc
            case "check_ins_menu_own_pending" | "check_ins_menu_upload_id_key" if wanted.menu:
                raise UploadNotAvailable([wanted.menu.field]) from exc
        raise
    except ProgrammingError as exc:
        if is_row_refused(exc):  # the policy lets in live cafés only
            raise ShopNotFound from exc
        raise
    capture(CheckedIn(len(wanted.photos), has_menu_photo=wanted.menu is not None, has_note=bool(wanted.note)))
    return made


def _first_answer(wanted: NewCheckIn, *, member: UUID, key: str | None) -> ReadCheckIns | None:
    """What the key has made already. A request without a key is always a new one."""
    if key is None:
        return None
    made = CheckIn.objects.filter(user_id=member, idempotency_key=key).values_list("id", "request_hash").first()
    if made is None:
        return None
    check_in_id, digest = made
    if digest != wanted.digest:
        raise IdempotencyKeyReused
    return one_check_in(check_in_id, member=member)


def _hold_to_urls(wanted: NewCheckIn, uploads: Mapping[UUID, Upload]) -> None:
    """Where a URL was sent, it must name the very place that the upload has."""
    wrong = [
        photo.field
        for photo in wanted.all_photos
        if photo.claimed_object
        and photo.claimed_object[:2] != (uploads[photo.upload_id].bucket, uploads[photo.upload_id].path)
    ]
    if wrong:
        refuse_urls(wrong)


def _insert(wanted: NewCheckIn, *, member: UUID, key: str | None) -> UUID:
    # In SQL because a member may give only these columns a value, and Django would name them all.
    photo_ids = [photo.upload_id for photo in wanted.photos]
    menu_id = wanted.menu.upload_id if wanted.menu else None
    digest = wanted.digest if key is not None else None
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [member, wanted.shop_id, photo_ids, menu_id, wanted.note, key, digest])
        (check_in_id,) = cursor.fetchone()
    return UUID(str(check_in_id))
