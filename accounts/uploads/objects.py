"""Where the files of an upload are, as its ids alone tell: what was killed, or deleted, can be tidied up after."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from accounts.models import Upload
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import AVATARS

_FORMAT: Final = "webp"


def photo_bucket(purpose: Upload.Purpose) -> str:
    """Where the clean copy goes: a profile picture is for all to see, every other photo for its owner."""
    return AVATARS if purpose == Upload.Purpose.AVATAR else Upload.BUCKETS[purpose]


def photo_path(user_id: UUID, upload_id: UUID) -> str:
    """Of the clean copy."""
    return f"{user_id}/{upload_id}/photo.{_FORMAT}"


def thumbnail_path(user_id: UUID, upload_id: UUID) -> str:
    """Of its thumbnail."""
    return f"{user_id}/{upload_id}/thumbnail.{_FORMAT}"


def delete_original(storage: Storage, upload: Upload) -> None:
    """Delete the file as the member sent it. Safe to repeat."""
    storage.delete(upload.bucket, [upload.path])


def delete_all(
    storage: Storage, *, user_id: UUID, upload_id: UUID, purposes: Iterable[Upload.Purpose] = tuple(Upload.Purpose)
) -> None:
    """Delete whatever there is of an upload, though its row may be gone. Safe to repeat.

    Args:
        purposes: those that it may have had.
    """
    originals = [f"{user_id}/{upload_id}{extension}" for extension in Upload.EXTENSIONS.values()]
    copies = [photo_path(user_id, upload_id), thumbnail_path(user_id, upload_id)]
    for bucket in sorted(
        {bucket for purpose in purposes for bucket in (Upload.BUCKETS[purpose], photo_bucket(purpose))}
    ):
        storage.delete(bucket, [*originals, *copies])
