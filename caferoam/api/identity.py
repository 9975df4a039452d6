"""The member's identity in the database: row security sees who asks, for exactly one transaction.

The API's login is ``anon`` by default. One statement at the start of a transaction makes it ``authenticated`` with the
member's claims; COMMIT and ROLLBACK both end that, so nothing can leak to the next request on the same connection, even
behind a transaction-mode pooler.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection, transaction

from caferoam import tracing
from caferoam.api.principal import Principal
from caferoam.errors import CafeRoamError

STATEMENT_TIMEOUT: Final = timedelta(seconds=5)

# One round trip. A role's own statement_timeout counts only at login, hence it is set here. The role is a literal of
# ours and the claims are a selection: user_metadata, say, is written by the user, and a policy might come to trust it.
# The job context is what triggers write into the jobs that they queue.
_BIND = """
SELECT set_config('request.jwt.claims', %s, true),
       set_config('role', 'authenticated', true),
       set_config('statement_timeout', %s, true),
       set_config('caferoam.job_context', %s, true),
       private.member_state_v1(%s)
"""

_AS_NOBODY = """
SELECT set_config('request.jwt.claims', '', true),
       set_config('role', 'authenticated', true),
       set_config('statement_timeout', %s, true)
"""

NOBODY: Final = "nobody"
_bound: ContextVar[Principal | Literal["nobody"] | None] = ContextVar("bound_principal", default=None)


class MemberState(StrEnum):
    """Where a token's owner stands with us, as ``private.member_state_v1`` says. Only the active may do things."""

    ACTIVE = "active"
    CONSENT_REQUIRED = "consent_required"
    DELETION_PENDING = "deletion_pending"
    DEACTIVATED = "deactivated"


class NotActiveError(CafeRoamError):
    """The token is good, but its owner may not do this in the state they are in."""

    status = HTTPStatus.FORBIDDEN


class ConsentRequiredError(NotActiveError):
    """Nobody's data is used before they have agreed to it."""

    code = "consent_required"

    def __init__(self) -> None:
        super().__init__("Agree to how CafeRoam uses your data first: POST /auth/callback.")


class DeletionPendingError(NotActiveError):
    """The member has asked to leave: from that moment their token opens nothing."""

    code = "deletion_pending"

    def __init__(self) -> None:
        super().__init__("This account is about to be deleted. POST /profile/restore takes that back.")


class DeactivatedError(NotActiveError):
    """An operator has closed the account."""

    code = "deactivated"

    def __init__(self) -> None:
        super().__init__("This account is closed.")


_REFUSALS: Final[Mapping[MemberState, type[ConsentRequiredError | DeletionPendingError | DeactivatedError]]] = {
    MemberState.CONSENT_REQUIRED: ConsentRequiredError,
    MemberState.DELETION_PENDING: DeletionPendingError,
    MemberState.DEACTIVATED: DeactivatedError,
}


class UnboundStatementError(RuntimeError):
    """A member's view ran a statement outside ``as_member``: it would have seen the database with nobody's eyes."""


@contextmanager
def as_member(principal: Principal, *, admitting: Collection[MemberState] = ()) -> Iterator[MemberState]:
    """Run the block in one transaction as this member; it commits at the end and rolls back on an error.

    Gives the member's state: active, or one of those that are admitted as well.

    Call it last, after everything that waits for the outside world, and hand out plain data: a lazy queryset evaluated
    after the block is refused. It cannot be nested: a role set inside a savepoint ends with it.

    Raises:
        NotActiveError: the member's state is another one.
    """
    _open_connection(principal)
    with transaction.atomic(durable=True):
        # Reset before the commit: what a commit hook runs is no longer the member's.
        token = _bound.set(principal)
        try:
            with connection.cursor() as cursor:
                cursor.execute(*binding(principal))
                *_, state = cursor.fetchone()
            state = MemberState(state)
            if state is not MemberState.ACTIVE and state not in admitting:
                raise _REFUSALS[state]
            yield state
        finally:
            _bound.reset(token)


@contextmanager
def as_nobody(*, timeout: timedelta = STATEMENT_TIMEOUT) -> Iterator[None]:
    """Run the block in one transaction as the API itself, for its own bookkeeping.

    Row security shows it nothing of any member's; what it is for is functions that are granted to ``authenticated``.

    It cannot be nested, neither here nor in ``as_member``.
    """
    _open_connection(NOBODY)
    with transaction.atomic(durable=True):
        token = _bound.set(NOBODY)
        try:
            with connection.cursor() as cursor:
                cursor.execute(_AS_NOBODY, [str(int(timeout.total_seconds() * 1000))])
            yield
        finally:
            _bound.reset(token)


def binding(principal: Principal) -> tuple[str, list[str | UUID]]:
    """The statement with which every transaction of a member begins, and its values."""
    claims = {
        "sub": str(principal.user_id),
        "role": "authenticated",
        "aal": principal.aal,
        "session_id": str(principal.session_id),
        "is_anonymous": principal.is_guest,
    }
    timeout_ms = str(int(STATEMENT_TIMEOUT.total_seconds() * 1000))
    return _BIND, [json.dumps(claims), timeout_ms, tracing.setting(), principal.user_id]


def _open_connection(principal: Principal | Literal["nobody"]) -> None:
    """Connect where that is to be done: Django then asks the catalogue for types, which the guard must let pass."""
    token = _bound.set(principal)
    try:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    finally:
        _bound.reset(token)


@contextmanager
def only_bound_statements() -> Iterator[None]:
    """Refuse, inside the block, every statement that runs outside ``as_member``.

    Raises:
        UnboundStatementError: from the statement.
    """
    with connection.execute_wrapper(_refuse_unbound):
        yield


def _refuse_unbound(
    execute: Callable[[str, Any, bool, dict[str, Any]], Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:  # all of it is Django's and handed on untouched
    if _bound.get() is None:
        raise UnboundStatementError("A statement ran while no member was bound: wrap it in self.as_member().")
    return execute(sql, params, many, context)
