"""What CafeRoam asks of the service that signs members in."""

from typing import Protocol
from uuid import UUID


class AuthAdmin(Protocol):
    """Rights over members' sign-ins; for workers and commands. A user who is not there (any more) is no error.

    Raises:
        ProviderUnavailable: try later.
        ProviderRefused: this will never be done.
    """

    def delete(self, user_id: UUID) -> None:
        """Delete the user for good, and with them every row that hangs on theirs."""
