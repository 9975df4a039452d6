"""What is done to erase a member, step by step. Each step may be done again, in part or in whole, without harm.

The order is that of what is needed last: files are found by the member's id alone; rows go before the sign-in, whose
deletion would take some of them along unseen; and the sign-in is the last that could still bring a row about.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from accounts.erasure import objects, provider_records, rows
from accounts.erasure.hmacs import hmac_of
from accounts.models import AccountDeletion
from caferoam.jobs.statements import count_of, rows_of
from caferoam.providers.auth import auth_admin
from caferoam.providers.storage import service_storage


class LeftoversFound(Exception):
    """Something of the member's is left, or has come back. All steps are taken again."""


@dataclass(frozen=True)
class Erasure:
    """Whose data is erased, and on account of which deletion. ``job_id`` is the job that does it, if one does."""

    deletion_id: UUID
    member: UUID
    job_id: UUID | None


type Counts = Mapping[str, int]


@dataclass(frozen=True)
class Step:
    """``work`` is done outside of any transaction, and tells bit by bit what it has deleted. ``write`` is done in the
    transaction that notes the step as done.
    """

    name: str
    work: Callable[[Erasure], Iterator[Counts]] | None = None
    write: Callable[[Erasure], Counts] | None = None


def _begin(erasure: Erasure) -> Counts:
    """From here on there is no way back. Nothing may write about the member any more, not even a job that runs."""
    deletion = AccountDeletion.objects.filter(pk=erasure.deletion_id)
    deletion.filter(purge_after__gt=Now()).update(purge_after=Now())
    deletion.update(user_hmac=hmac_of(erasure.member))
    member = [erasure.member]
    count_of("UPDATE profiles SET deactivated_at = coalesce(deactivated_at, now()) WHERE id = %s", member)
    count_of("UPDATE data_exports SET status = 'failed' WHERE user_id = %s AND status = 'pending'", member)
    rows_of(
        "SELECT private.cancel_member_jobs_v1(%s, '{pending,claimed}', 'cancelled: the member is being erased')", member
    )
    return {}


def _delete_objects(erasure: Erasure) -> Iterator[Counts]:
    for bucket, count in objects.delete_objects(erasure.member, service_storage()):
        yield {bucket: count}


def _erase_rows(erasure: Erasure) -> Counts:
    return rows.erase_rows(erasure.member)


def _erase_provider_records(erasure: Erasure) -> Iterator[Counts]:
    provider_records.erase_provider_records(erasure.member)
    yield {}


def _delete_auth_user(erasure: Erasure) -> Iterator[Counts]:
    auth_admin().delete(erasure.member)
    yield {}


def _verify(erasure: Erasure) -> Iterator[Counts]:
    left = rows.count_rows(erasure.member) + rows.count_unregistered(erasure.member)
    left += Counter(objects.buckets_left(erasure.member, service_storage()))
    if left:
        raise LeftoversFound(f"still there: {', '.join(sorted(left))}")
    yield {}


def _close(erasure: Erasure) -> Counts:
    """What is left of the member is the tombstone, which ``tidying`` empties, and what its HMAC can be told by."""
    others = {"member": str(erasure.member), "job_id": erasure.job_id}
    count_of(
        "DELETE FROM job_starts AS start USING job_queue AS q WHERE start.job_id = q.id"
        " AND q.payload ->> 'user_id' = %(member)s AND q.id IS DISTINCT FROM %(job_id)s",
        others,
    )
    count_of(
        "DELETE FROM job_queue AS q WHERE q.payload ->> 'user_id' = %(member)s AND q.id IS DISTINCT FROM %(job_id)s",
        others,
    )
    count_of("UPDATE job_queue SET payload = payload - 'user_id' WHERE id = %s", [erasure.job_id])
    count_of(
        "UPDATE job_events SET detail = replace(detail, %(member)s, %(name)s),"
        " traceback = replace(traceback, %(member)s, %(name)s) WHERE job_id = %(job_id)s",
        others | {"name": NOBODY},
    )
    AccountDeletion.objects.filter(pk=erasure.deletion_id).update(purged_at=Now())
    return {}


NOBODY: Final = "the member"
"""What stands in place of the id where errors are written down."""

STEPS: Final = (
    Step("begin", write=_begin),
    Step("objects", work=_delete_objects),
    Step("rows", write=_erase_rows),
    Step("provider_records", work=_erase_provider_records),
    Step("auth_user", work=_delete_auth_user),
    Step("verify", work=_verify),
    Step("close", write=_close),
)


def next_step(done: str) -> Step | None:
    """The step after the one that was done last; None after the last one."""
    names = ["", *(step.name for step in STEPS)]
    position = names.index(done)
    return STEPS[position] if position < len(STEPS) else None
