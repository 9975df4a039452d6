"""Files that nothing needs any more, and uploads that came to nothing."""

from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Upload
from accounts.uploads.objects import delete_all, delete_original
from caferoam.jobs import JobRun, enqueue
from caferoam.providers.storage import Storage

UNUSED_FOR: Final = timedelta(hours=24)
"""After they expired, uploads that nothing has claimed are deleted."""
REASONS_KEPT_FOR: Final = timedelta(days=30)
URL_MARGIN: Final = timedelta(hours=2, minutes=10)
"""Until an upload expires, its member can have the storage itself sign one more URL, which is good for two hours. The
storage's clock, by which it ends, is not ours; and its last PUT may take a while.
"""
ROWS_AT_MOST: Final = 5_000


class Swept(NamedTuple):
    """How many were discarded: of those that nobody used, and of those that were refused."""

    unused: int
    refused: int


def delete_files(run: JobRun, storage: Storage, *, upload_id: UUID, user_id: UUID) -> None:
    """Delete what an upload leaves behind: of a ready one the original, of others all; then the row if discarded.

    While the URL is good to which the original was sent, it can be sent again: so this comes back when it is not.
    """
    upload = Upload.objects.filter(id=upload_id, user_id=user_id).first()
    if upload is None:
        delete_all(storage, user_id=user_id, upload_id=upload_id)
        return
    match upload.status:
        case Upload.Status.READY:
            delete_original(storage, upload)
        case Upload.Status.REFUSED | Upload.Status.DISCARDED:
            delete_all(storage, user_id=user_id, upload_id=upload_id, purposes=[Upload.Purpose(upload.purpose)])
        case _:  # still waited for
            return
    with run.completing():
        Upload.objects.filter(id=upload_id, status=Upload.Status.DISCARDED).delete()
        url_ends_at = upload.expires_at + URL_MARGIN
        if url_ends_at > timezone.now():
            payload = {"upload_id": str(upload_id), "user_id": str(user_id)}
            enqueue("delete_upload", payload, scheduled_at=url_ends_at)


def sweep() -> Swept:
    """Discard the uploads that nobody used, and those that were refused long ago: 5,000 of each at most."""
    unused = Upload.objects.filter(status=Upload.Status.PENDING, expires_at__lt=Now() - UNUSED_FOR)
    refused = Upload.objects.filter(status=Upload.Status.REFUSED, processed_at__lt=Now() - REASONS_KEPT_FOR)
    return Swept(_discard(unused, "expires_at"), _discard(refused, "processed_at"))


def _discard(uploads: QuerySet[Upload], order: str) -> int:
    oldest = uploads.order_by(order, "id").values("id")[:ROWS_AT_MOST]
    return uploads.filter(id__in=oldest).update(status=Upload.Status.DISCARDED)
