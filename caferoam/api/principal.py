"""Who is asking."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

TOKEN_MAX_LIFE: Final = timedelta(hours=24)
"""From its issue to its end; a token that claims to live longer is refused."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The owner of a verified access token. There is no row of ours behind it."""

    user_id: UUID
    session_id: UUID
    aal: str
    """Authenticator assurance level: ``aal1``, or ``aal2`` after a second factor."""
    email: str | None
    is_guest: bool = False
    """Signed in without an account (Supabase's anonymous sign-in): may browse, is no member."""
    signed_in_at: datetime | None = field(default=None, compare=False)
    """When they last proved who they are, by password or otherwise; None if the token does not say. Tokens are renewed
    without that."""

    token_ends_at: datetime = field(default=datetime.max.replace(tzinfo=UTC), compare=False)
    """When the token does, to the second: for us it is good a little longer, for whom it is handed on to it is not."""

    is_authenticated: ClassVar[bool] = True
