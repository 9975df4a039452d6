"""A member's wish to leave, and its withdrawal. What follows from each at once is done by the database itself."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import connection

from accounts.models import AccountDeletion
from caferoam.api.identity import MemberState
from caferoam.api.principal import Principal
from caferoam.errors import CafeRoamError

FRESH: Final = timedelta(minutes=10)
"""A sign-in that is no older proves that whoever asks is the member, and not somebody with their phone."""


class FreshSignInRequired(CafeRoamError):
    """The token is good, but its owner signed in a while ago."""

    status = HTTPStatus.FORBIDDEN
    code = "fresh_sign_in_required"

    def __init__(self) -> None:
        minutes = int(FRESH.total_seconds() // 60)
        super().__init__(
            f"Sign in again, which must not be longer ago than {minutes} minutes; or send"
            ' {"confirm": "DELETE"}, or {"confirm": "刪除"}, as the member has typed it.'
        )


class ErasureBegun(CafeRoamError):
    """What has been deleted cannot be brought back, so the rest goes too."""

    status = HTTPStatus.CONFLICT
    code = "erasure_begun"

    def __init__(self) -> None:
        super().__init__("This account is being erased, or is gone already. It cannot be restored any more.")


def check_freshness(principal: Principal, *, now: datetime) -> None:
    """Raises ``FreshSignInRequired`` unless the member has just signed in."""
    if principal.signed_in_at is None or now - principal.signed_in_at > FRESH:
        raise FreshSignInRequired


def request_deletion(*, member: UUID) -> AccountDeletion:
    """The member's deletion: a new one, or the one that was asked for already.

    For the member alone, with nothing else in the transaction.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO account_deletions (user_id) VALUES (%s)"
                " ON CONFLICT (user_id) WHERE cancelled_at IS NULL DO NOTHING",
                [member],
            )
        deletion = open_deletion(member)
        if deletion is not None:  # else it was there, and was taken back in this very moment
            return deletion


def open_deletion(member: UUID) -> AccountDeletion | None:
    """The member's deletion that has not been taken back, whether it has begun or is done."""
    return AccountDeletion.objects.filter(user_id=member, cancelled_at=None).first()


def take_back(*, member: UUID) -> MemberState:
    """Withdraw the wish of the member, who is the one that asks, and say where they stand now.

    Nothing happens where there is no wish.

    Raises:
        ErasureBegun: it is too late.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT private.restore_account_v1()")
        (outcome,) = cursor.fetchone()
        if outcome == "too_late":
            raise ErasureBegun
        cursor.execute("SELECT private.member_state_v1(%s)", [member])
        (state,) = cursor.fetchone()
    return MemberState(state)
