"""How an erased member is known again without their id: after a restored backup, and then only."""

import hashlib
import hmac
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MINIMUM_LENGTH: Final = 32


def check_key() -> None:
    """Raises ``ImproperlyConfigured`` where there is no key to tell erased members by."""
    if len(settings.ERASURE_HMAC_KEY) < MINIMUM_LENGTH:
        raise ImproperlyConfigured(
            f"ERASURE_HMAC_KEY must be set where members are erased: at least {MINIMUM_LENGTH} random characters."
        )


def hmac_of(member: UUID) -> str:
    """HMAC-SHA256 of the id, in hexadecimal digits. Only who holds the key can tell whose it is.

    Raises:
        ImproperlyConfigured: there is no key.
    """
    check_key()
    return hmac.new(settings.ERASURE_HMAC_KEY.encode(), str(member).encode(), hashlib.sha256).hexdigest()
