"""Whether uploads may be used: asked right before something of the member's claims them.

Rows first, inside the member's transaction; then, with no transaction open, what lies in the storage; then the claim,
in which the database looks at owner, purpose, state and time once more::

    with self.as_member():
        uploads = pending_uploads({upload_id: Upload.Purpose.AVATAR}, member=self.principal.user_id, field_of=field_of)
    verify_uploads(member_storage(self.access_token), uploads, field_of=field_of)
    with self.as_member():
        ...

What only decoding can tell, a worker finds out later.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from accounts.uploads import metrics
from accounts.uploads.headers import read_header
from accounts.uploads.refusals import PhotoRefused, Reason, UploadRefused
from caferoam.providers.storage import Storage

HEADER_MAX_BYTES: Final = 256 * 1024
"""Read of each file. Cameras put up to some 64 KB in front of a picture's size, seldom more."""
AT_ONCE: Final = 4
SIZE_TOLERANCE: Final = 0.01
"""A client may count a little wrong; a transfer that broke is off by more."""


def pending_uploads(
    wanted: Mapping[UUID, Upload.Purpose], *, member: UUID, field_of: Callable[[UUID], str]
) -> list[Upload]:
    """The member's uploads that wait to be used for these purposes, in the order asked for. One statement.

    ``field_of`` names the request's field to blame for an upload, such as ``upload_ids.0``.

    Raises:
        UploadRefused: one is not the member's, has another purpose, was used already, or has expired.
    """
    found = {upload.id: upload for upload in Upload.objects.filter(id__in=wanted, user_id=member)}
    faults = {
        upload_id: reason
        for upload_id, purpose in wanted.items()
        if (reason := _fault_of_row(found.get(upload_id), purpose)) is not None
    }
    _refuse(faults, wanted, field_of)
    return [found[upload_id] for upload_id in wanted]


def verify_uploads(storage: Storage, uploads: Sequence[Upload], *, field_of: Callable[[UUID], str]) -> None:
    """See that the file of each upload is there, has about the size announced, and begins like a picture that we take.

    Two requests to the storage for each, several uploads side by side, because a member waits. Call it with no
    transaction open.

    Raises:
        UploadRefused: naming the field of each upload that cannot be used, with its reason.
        ProviderUnavailable: the storage cannot be asked now.
    """
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reasons = pool.map(partial(_fault_of_file, storage), uploads)
        faults = {upload.id: reason for upload, reason in zip(uploads, reasons, strict=True) if reason is not None}
    _refuse(faults, {upload.id: Upload.Purpose(upload.purpose) for upload in uploads}, field_of)


def _fault_of_row(upload: Upload | None, purpose: Upload.Purpose) -> Reason | None:
    if upload is None:
        return Reason.UNKNOWN_UPLOAD
    if upload.purpose != purpose:
        return Reason.WRONG_PURPOSE
    if upload.status != Upload.Status.PENDING:
        return Reason.ALREADY_USED
    return Reason.EXPIRED if upload.expires_at <= timezone.now() else None


def _fault_of_file(storage: Storage, upload: Upload) -> Reason | None:
    stored = storage.info(upload.bucket, upload.path)
    if stored is None:
        return Reason.MISSING
    if stored.bytes > MAX_BYTES:
        return Reason.TOO_LARGE
    if abs(stored.bytes - upload.bytes) > SIZE_TOLERANCE * upload.bytes:
        return Reason.SIZE_DIFFERS
    start = storage.read(upload.bucket, upload.path, max_bytes=HEADER_MAX_BYTES, start_only=True)
    if start is None:
        return Reason.MISSING
    try:
        read_header(start)
    except PhotoRefused as exc:
        return exc.reason
    return None


def _refuse(
    faults: Mapping[UUID, Reason], purposes: Mapping[UUID, Upload.Purpose], field_of: Callable[[UUID], str]
) -> None:
    if faults:
        for upload_id, reason in faults.items():
            metrics.refused.add(purposes[upload_id].value, reason.value)
        raise UploadRefused({field_of(upload_id): reason for upload_id, reason in faults.items()})
