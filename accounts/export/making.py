"""How a worker makes an export: read, pack, store, and only then say that it is there."""

import tempfile
from typing import BinaryIO, Final
from uuid import UUID
from zipfile import ZipFile

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.export.archive import write_photo, write_readme, write_tables
from accounts.export.asking import KEPT_FOR
from accounts.models import DataExport
from caferoam.jobs.run import JobRun
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import BUCKETS, EXPORTS

_PHOTO_MAX_BYTES: Final = max(bucket.max_bytes for bucket in BUCKETS if bucket.name != EXPORTS)


def make_export(run: JobRun, storage: Storage, *, export_id: UUID) -> None:
    """Make it, unless it is no longer wanted. Repeating it overwrites what it had stored.

    Raises:
        ProviderUnavailable: the storage does not answer. A later attempt begins anew.
    """
    export = _wanted(export_id).first()
    if export is None:
        return
    path = f"{export.user_id}/{export.id}.zip"
    with tempfile.TemporaryFile() as file:
        if not _pack(run, storage, file, export.user_id):
            return
        size_bytes = file.tell()
        # Before the file is there: should this attempt not live to say more, the file can be found, and deleted.
        if not _wanted(export.id).update(path=path):
            return
        storage.write_file(EXPORTS, path, file, "application/zip")
    with run.completing():
        is_wanted = _finish(export.id, size_bytes)
    if not is_wanted:
        storage.delete(EXPORTS, [path])


def _pack(run: JobRun, storage: Storage, file: BinaryIO, member: UUID) -> bool:
    """Write the archive, and leave the file at its end. False when the job was cancelled."""
    with ZipFile(file, "w") as archive:
        contents, photos = write_tables(archive, member)
        for done, photo in enumerate(photos):
            if run.is_cancelled():
                return False
            run.progress(done, len(photos) + 1, "photos packed")
            data = storage.read(photo.bucket, photo.path, max_bytes=_PHOTO_MAX_BYTES)
            if data is None:
                contents.missing.append(photo.name)
            else:
                write_photo(archive, photo, data)
        write_readme(archive, contents)
    return True


def _finish(export_id: UUID, size_bytes: int) -> bool:
    """False when nobody wants it any more: the member is leaving."""
    ready = {"status": DataExport.Status.READY, "ready_at": Now(), "expires_at": Now() + KEPT_FOR, "bytes": size_bytes}
    return bool(_wanted(export_id).update(**ready))


def _wanted(export_id: UUID) -> QuerySet[DataExport]:
    return DataExport.objects.filter(pk=export_id, status=DataExport.Status.PENDING)
