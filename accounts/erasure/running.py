"""Erasing a member: the steps one after the other, from the one that was finished last.

Each step is noted in its own transaction, so whoever dies between two of them, or within one, is followed by somebody
who goes on there. Two at once do each other no harm: a step is noted once, by whoever comes first.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import F, QuerySet

from accounts.erasure.steps import NOBODY, STEPS, Erasure, LeftoversFound, Step, next_step
from accounts.models import AccountDeletion
from caferoam.jobs.texts import shorten

logger = logging.getLogger("accounts.erasure")


class Watcher(Protocol):
    """Whoever lets a member be erased, and looks on."""

    job_id: UUID | None

    def go_on(self, step: str) -> bool:
        """Asked before each step, and within long ones; False stops, to be taken up later."""

    def tell(self, step: str, counts: Mapping[str, int], *, done: bool) -> None:
        """What a step has deleted since the last time, and whether it is done."""

    def closing(self) -> AbstractContextManager[None]:
        """The transaction of the last step."""


def erase(deletion_id: UUID, watcher: Watcher) -> bool:
    """Take all steps that are left; True when the member is erased, False when it was stopped or is not wanted.

    Whether the time has come is the caller's to know.

    Raises whatever a step raises, noted in the deletion: ``ProviderUnavailable`` above all. The next call goes on.
    """
    AccountDeletion.objects.filter(pk=deletion_id, purged_at=None).update(attempts=F("attempts") + 1)
    while True:
        deletion = AccountDeletion.objects.filter(pk=deletion_id, cancelled_at=None).first()
        if deletion is None:
            return False
        step = next_step(deletion.step)
        if step is None or deletion.user_id is None:
            return deletion.purged_at is not None
        if not watcher.go_on(step.name):
            return False
        erasure = Erasure(deletion.id, deletion.user_id, watcher.job_id)
        try:
            if not _take(step, erasure, after=deletion.step, watcher=watcher):
                return False
        except Exception as exc:
            _note_failure(erasure, step, exc)
            raise


def _take(step: Step, erasure: Erasure, *, after: str, watcher: Watcher) -> bool:
    """False when the watcher stops it midway."""
    for counts in step.work(erasure) if step.work else ():
        _add_counts(erasure, counts)
        watcher.tell(step.name, counts, done=False)
        if not watcher.go_on(step.name):
            return False
    written: Mapping[str, int] = {}
    with watcher.closing() if step is STEPS[-1] else transaction.atomic():
        if not _lock(erasure, after):
            return True  # somebody else has taken this step meanwhile, or the member has come back
        written = step.write(erasure) if step.write else {}
        _add_counts(erasure, written)
        _deletion(erasure).update(step=step.name, last_error="")
    watcher.tell(step.name, written, done=True)
    if step is STEPS[-1]:
        # The log outlives the database: from it erasures can be repeated on a restored backup.
        logger.info("a member was erased: hmac=%s", AccountDeletion.objects.get(pk=erasure.deletion_id).user_hmac)
    return True


def _lock(erasure: Erasure, after: str) -> bool:
    wanted = _deletion(erasure).filter(step=after, cancelled_at=None)
    return wanted.select_for_update().exists()


def _add_counts(erasure: Erasure, counts: Mapping[str, int]) -> None:
    if any(counts.values()):
        with transaction.atomic():
            known = _deletion(erasure).select_for_update().values_list("counts", flat=True).get()
            _deletion(erasure).update(counts=Counter(known) + Counter(counts))


def _note_failure(erasure: Erasure, step: Step, exc: Exception) -> None:
    reason = shorten(f"{step.name}: {type(exc).__name__}: {exc}".replace(str(erasure.member), NOBODY))
    changes = {"last_error": reason}
    if isinstance(exc, LeftoversFound):
        changes["step"] = STEPS[0].name
    try:
        connection.close_if_unusable_or_obsolete()
        _deletion(erasure).filter(purged_at=None).update(**changes)
    except Error:  # what went wrong is the database itself: the job's own record has to do
        logger.warning("an erasure failed, which could not be noted: %s", reason)


def _deletion(erasure: Erasure) -> QuerySet[AccountDeletion]:
    return AccountDeletion.objects.filter(pk=erasure.deletion_id)
