"""What operators do about members who leave."""

import getpass
import os
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from accounts.erasure.hmacs import hmac_of
from accounts.erasure.wishes import open_deletion
from accounts.models import AccountDeletion, Profile
from caferoam.jobs import operations, queue
from caferoam.jobs.models import Job


class UnknownMember(Exception):
    """Nobody has this id, or nobody has it any more."""


def request_for(member: UUID, *, by: str) -> AccountDeletion:
    """The member's deletion: the one that is open, or a new one at an operator's word, with the usual date.

    Raises:
        UnknownMember
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if open_deletion(member) is None and not Profile.objects.filter(pk=member).exists():
            raise UnknownMember
        cursor.execute(
            "INSERT INTO account_deletions (user_id, requested_by) VALUES (%s, %s)"
            " ON CONFLICT (user_id) WHERE cancelled_at IS NULL DO NOTHING",
            [member, by[:150]],
        )
        return AccountDeletion.objects.get(user_id=member, cancelled_at=None)


def open_deletions() -> QuerySet[AccountDeletion]:
    """Those that are still to be fulfilled."""
    return AccountDeletion.objects.filter(cancelled_at=None, purged_at=None)


def jobs_of(deletion: AccountDeletion) -> QuerySet[Job]:
    """The jobs that are to erase the member of a deletion, ended ones too."""
    about = Job.objects.alias(member=KeyTextTransform("user_id", "payload"))  # as the index of members has it
    return about.filter(job_type="erase_member", member=str(deletion.user_id))


def purge_now(deletions: QuerySet[AccountDeletion], *, by: str) -> int:
    """Let these be fulfilled at once, and not when their time comes. Counts those that were not fulfilled already."""
    purged = 0
    with transaction.atomic():
        for deletion in (deletions & open_deletions()).order_by("pk").select_for_update():
            AccountDeletion.objects.filter(pk=deletion.pk, purge_after__gt=Now()).update(purge_after=Now())
            jobs = jobs_of(deletion)
            operations.run_now(jobs, by=by)
            if not jobs.filter(status__in=[Job.Status.PENDING, Job.Status.CLAIMED]).exists():
                payload = {"deletion_id": str(deletion.pk), "user_id": str(deletion.user_id)}
                queue.enqueue("erase_member", payload)
            purged += 1
    return purged


def erased_hmacs() -> list[tuple[str, datetime]]:
    """The HMACs of all whose erasure has begun, with the time of their wish: what to keep beside a backup."""
    begun = AccountDeletion.objects.filter(user_hmac__isnull=False, cancelled_at=None)
    return [(str(known), at) for known, at in begun.order_by("requested_at").values_list("user_hmac", "requested_at")]


def members_of(hmacs: set[str]) -> list[UUID]:
    """The members whose HMAC is among these: erased once, and back with a restored backup."""
    everybody = Profile.objects.order_by("pk").values_list("pk", flat=True)
    return [member for member in everybody.iterator() if hmac_of(member) in hmacs]


def operator() -> str:
    """Who runs the command, for the records."""
    try:
        return f"{getpass.getuser()} by manage.py"
    except OSError:  # a container's user has a number only
        return f"user {os.getuid()} by manage.py"
