"""How an export is asked for, and which one is shown."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import DataExport
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import EXPORTS

KEPT_FOR: Final = timedelta(hours=24)
"""From the moment that the export is ready; then it is deleted."""


def request_export(*, member: UUID) -> DataExport:
    """An export that is to be made: a new one, or the one that is being made already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO data_exports (user_id) VALUES (%s) ON CONFLICT (user_id) WHERE status = 'pending' DO NOTHING",
            [member],
        )
    return _newest_first(member)[0]


def latest(member: UUID) -> DataExport | None:
    """The export that was asked for last."""
    return _newest_first(member).first()


def _newest_first(member: UUID) -> QuerySet[DataExport]:
    return DataExport.objects.filter(user_id=member)


def describe(export: DataExport, storage: Storage, *, now: datetime) -> dict[str, object]:
    """What the member is told; where it is ready that includes a link, good for as long as the export is kept.

    Raises:
        ProviderUnavailable: there is something to link to, but the storage does not answer.
    """
    left = (export.expires_at or now) - now
    status, url = export.status, None
    if status == DataExport.Status.READY:
        if left < timedelta(seconds=1):
            status = DataExport.Status.EXPIRED  # though nobody has deleted it yet
        elif export.path is not None:
            url = storage.sign_reads(EXPORTS, [export.path], ttl=left).get(export.path)
    return {
        "id": export.id,
        "status": status,
        "requested_at": export.requested_at,
        "ready_at": export.ready_at,
        "expires_at": export.expires_at,
        "bytes": export.bytes,
        "url": url,
    }
