"""What time does about deletions: it empties tombstones, and finds erasures that nobody is at work on."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from accounts.erasure.objects import delete_objects
from accounts.models import AccountDeletion
from caferoam.api.principal import TOKEN_MAX_LIFE
from caferoam.jobs import queue
from caferoam.jobs.statements import rows_of
from caferoam.providers.storage import service_storage

logger = logging.getLogger("accounts.erasure")

TOMBSTONE: Final = TOKEN_MAX_LIFE + timedelta(hours=24)
"""So long after the sign-in was deleted, and a day longer than any token of the member's can be good."""
LATE: Final = timedelta(minutes=10)
TRIED_AGAIN_AFTER: Final = timedelta(hours=24)

# A job that waits for a date far ahead was queued with the wish: an operator's erasure that breaks off leaves it so.
_STRANDED: Final = """
SELECT d.id, d.user_id FROM account_deletions AS d
WHERE d.cancelled_at IS NULL AND d.purged_at IS NULL AND d.purge_after < now() - %(late)s AND NOT EXISTS (
    SELECT FROM job_queue AS q
    WHERE q.payload ->> 'user_id' = d.user_id::text AND q.job_type = 'erase_member' AND (
        q.status = 'claimed' OR q.status = 'pending' AND q.scheduled_at < now() + interval '2 hours'
        OR q.status IN ('failed', 'dead_letter') AND q.completed_at > now() - %(again)s
    )
) ORDER BY d.id FOR UPDATE OF d SKIP LOCKED
"""


def empty_tombstones() -> int:
    """Forget the ids of members whose every token has run out, and count them.

    Before that, while they can still be found, files of theirs go that came late: an address to upload to is good for
    two hours, whatever becomes of the member.

    Raises:
        ProviderUnavailable: the storage does not answer; who was seen to until then is forgotten.
    """
    due = AccountDeletion.objects.filter(user_id__isnull=False, purged_at__lt=Now() - TOMBSTONE)
    emptied = 0
    for deletion in due.order_by("purged_at"):
        if deletion.user_id is not None:
            for bucket, count in delete_objects(deletion.user_id, service_storage()):
                logger.warning("%d files came late to %s, and were deleted: %s", count, bucket, deletion)
        emptied += due.filter(pk=deletion.pk).update(user_id=None)
    return emptied


def queue_stranded() -> int:
    """Queue the erasures that are due and at which nobody is; one whose job ended badly is tried again a day later."""
    with transaction.atomic():
        stranded = rows_of(_STRANDED, {"late": LATE, "again": TRIED_AGAIN_AFTER})
        return queue.enqueue_many(
            "erase_member",
            [{"deletion_id": str(deletion_id), "user_id": str(member)} for deletion_id, member in stranded],
        )
