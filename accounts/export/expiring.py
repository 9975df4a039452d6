"""What becomes of exports in time: those that were ready are deleted, those that no job will make have failed."""

from datetime import timedelta
from typing import Final

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from accounts.models import DataExport
from caferoam.jobs.statements import count_of
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import EXPORTS

_AT_ONCE: Final = 500
GIVEN_UP_AFTER: Final = timedelta(hours=1)

# Its job has ended badly, or was cancelled: without this nobody could ask for another one.
_ABANDONED: Final = """
UPDATE data_exports AS e SET status = 'failed'
WHERE e.status = 'pending' AND e.requested_at < now() - %(given_up)s AND NOT EXISTS (
    SELECT FROM job_queue AS q WHERE q.payload ->> 'user_id' = e.user_id::text AND q.job_type = 'export_member'
    AND q.payload ->> 'export_id' = e.id::text AND q.status IN ('pending', 'claimed')
)
"""


def expire_exports(storage: Storage) -> int:
    """Delete the files of exports whose time is over, and those that failed ones left behind; note it, and count them.

    Raises:
        ProviderUnavailable: the storage does not answer; what was deleted until then is noted.
    """
    over = Q(status=DataExport.Status.READY, expires_at__lt=Now())
    expired = DataExport.objects.filter(over | Q(status=DataExport.Status.FAILED, path__isnull=False))
    ended = Case(When(over, then=Value(DataExport.Status.EXPIRED)), default=F("status"))
    total = 0
    while some := list(expired.order_by("expires_at", "id").values_list("id", "path")[:_AT_ONCE]):
        storage.delete(EXPORTS, [path for _, path in some if path])
        total += DataExport.objects.filter(id__in=[export_id for export_id, _ in some]).update(status=ended, path=None)
    return total


def give_up_abandoned() -> int:
    """Let pending exports have failed that no job is about to make; counts them."""
    return count_of(_ABANDONED, {"given_up": GIVEN_UP_AFTER})
