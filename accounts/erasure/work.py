"""What workers do about members who leave."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from uuid import UUID

from django.utils import timezone

from accounts.erasure.running import erase
from accounts.erasure.steps import STEPS
from accounts.models import AccountDeletion
from caferoam.jobs import queue
from caferoam.jobs.run import JobRun


class _Job:
    """A job's ``Watcher``: operators see on the job's page how far it has come."""

    def __init__(self, run: JobRun) -> None:
        self.job_id: UUID | None = run.id
        self._run = run
        self._names = [step.name for step in STEPS]
        self._deleted = 0

    def go_on(self, step: str) -> bool:
        return not self._run.is_cancelled()

    def tell(self, step: str, counts: Mapping[str, int], *, done: bool) -> None:
        self._deleted += sum(counts.values())
        place = self._names.index(step) + done
        if place < len(self._names):  # at the end the job is completed
            self._run.progress(place, len(self._names), f"{step}: {self._deleted} deleted so far")

    def closing(self) -> AbstractContextManager[None]:
        return self._run.completing()


def run_erasure(run: JobRun, *, deletion_id: UUID) -> None:
    """Erase the member, unless they have come back. A job that comes before its time is queued for it again."""
    deletion = AccountDeletion.objects.filter(pk=deletion_id, cancelled_at=None, purged_at=None).first()
    if deletion is None:
        return
    if not deletion.step and deletion.purge_after > timezone.now():
        with run.completing():
            queue.enqueue("erase_member", run.payload, scheduled_at=deletion.purge_after)
        return
    erase(deletion_id, _Job(run))
