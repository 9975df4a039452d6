"""Another service that knows members, for tests."""

import os
from uuid import UUID

from caferoam.providers.errors import ProviderUnavailable


def forget(member: UUID) -> None:
    """Down while ``RECORDS_DOWN`` is set."""
    if "RECORDS_DOWN" in os.environ:
        raise ProviderUnavailable(f"It cannot forget {member} now.")
