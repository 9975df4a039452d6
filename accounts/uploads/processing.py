"""A claimed upload becomes a photo: read the original, make the photo anew, store it, and only then say so.

Killed anywhere, the job runs again and ends well: paths follow from the ids, writing repeats what was written, and the
row changes only if it is still claimed. Where it is not, because the member has deleted meanwhile what the photo was
for, what was just written is deleted. That is done before the job completes, so that it cannot be forgotten.

The original, with all that it tells about the member, is deleted by a job that is queued when the row says ready.
"""

import logging
import time
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models.functions import Now

from accounts.models import Profile, Upload
from accounts.models.upload import MAX_BYTES
from accounts.uploads import metrics
from accounts.uploads.objects import delete_all, photo_bucket, photo_path, thumbnail_path
from accounts.uploads.refusals import PhotoRefused, Reason
from caferoam.jobs import JobRun
from caferoam.providers.storage import Storage

logger = logging.getLogger(__name__)


class _NoLongerWanted(Exception):
    """The row is claimed no more."""


def process(run: JobRun, storage: Storage, *, upload_id: UUID, user_id: UUID) -> None:
    """Make the photo of one upload, or say why there will be none."""
    upload = Upload.objects.filter(id=upload_id, user_id=user_id).first()
    if upload is None or upload.status == Upload.Status.DISCARDED:
        # An attempt that was killed may have stored its photo after everything had been deleted.
        delete_all(storage, user_id=user_id, upload_id=upload_id)
    elif upload.status == Upload.Status.CLAIMED:
        try:
            _make_ready(run, storage, upload)
        except PhotoRefused as exc:
            _refuse(run, upload, exc.reason)
        except _NoLongerWanted:
            delete_all(storage, user_id=user_id, upload_id=upload_id)


def _make_ready(run: JobRun, storage: Storage, upload: Upload) -> None:
    original = _read(storage, upload)
    began_at = time.perf_counter()
    from accounts.uploads import photos  # noqa: PLC0415 - loads Pillow, which only the process that works needs

    try:
        photo = photos.make_photo(original)
    except SoftTimeLimitExceeded as exc:
        raise PhotoRefused(Reason.TOO_SLOW) from exc
    took_s = time.perf_counter() - began_at
    if run.is_cancelled():
        return
    purpose = Upload.Purpose(upload.purpose)
    bucket = photo_bucket(purpose)
    ids = (upload.user_id, upload.id)
    storage.write(bucket, photo_path(*ids), photo.data, photos.CONTENT_TYPE)
    storage.write(bucket, thumbnail_path(*ids), photo.thumbnail, photos.CONTENT_TYPE)
    with run.completing():
        _change(
            upload,
            status=Upload.Status.READY,
            photo_bucket=bucket,
            photo_path=photo_path(*ids),
            thumbnail_path=thumbnail_path(*ids),
            width=photo.width,
            height=photo.height,
        )
    metrics.processed.add(purpose.value)
    metrics.process_time.observe(took_s, purpose.value)


def _read(storage: Storage, upload: Upload) -> bytes:
    stored = storage.info(upload.bucket, upload.path)
    if stored is not None and stored.bytes > MAX_BYTES:
        raise PhotoRefused(Reason.TOO_LARGE)
    original = storage.read(upload.bucket, upload.path, max_bytes=MAX_BYTES)
    if original is None:
        raise PhotoRefused(Reason.MISSING)
    return original


def _refuse(run: JobRun, upload: Upload, reason: Reason) -> None:
    with run.completing():
        # What hangs on the upload may go with it. Whoever deletes that locks the profile first too, or both would wait.
        Profile.objects.select_for_update(no_key=True).filter(pk=upload.user_id).exists()
        _change(upload, status=Upload.Status.REFUSED, refusal=reason.value)
    metrics.refused.add(upload.purpose, reason.value)
    logger.info("upload %s was refused: %s", upload.id, reason.value)


def _change(upload: Upload, **changes: object) -> None:
    still_claimed = Upload.objects.filter(id=upload.id, status=Upload.Status.CLAIMED)
    if not still_claimed.update(processed_at=Now(), **changes):
        raise _NoLongerWanted
