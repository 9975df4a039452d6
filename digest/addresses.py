"""What is derived from a key: the secret in a member's unsubscribe link, and how an address is known again."""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from accounts.erasure.hmacs import check_key


def link_token(member: UUID) -> str:
    """The 128 bits in the member's unsubscribe link, always the same: a chunk that is sent again must not differ.

    Raises:
        ImproperlyConfigured: this process holds no key.
    """
    return base64.urlsafe_b64encode(_keyed("unsubscribe", str(member))[:16]).rstrip(b"=").decode()


def link_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def one_click_link(token: str) -> str:
    """What mail programs POST to, which ends the mail."""
    return f"{settings.API_URL}/unsubscribe/{token}"


def page_link(token: str) -> str:
    """The page for people, which asks first. Where no web app runs, ``WEB_URL`` is the API's, which has one as well."""
    return f"{settings.WEB_URL}/unsubscribe/{token}"


def email_hash(address: str) -> str:
    """How an address is known again that must get no more mail, without keeping it.

    Raises:
        ImproperlyConfigured: this process holds no key.
    """
    return _keyed("address", address.strip().lower()).hex()


def _keyed(purpose: str, value: str) -> bytes:
    check_key()
    return hmac.new(
        settings.ERASURE_HMAC_KEY.encode(), f"weekly-email:{purpose}:{value}".encode(), hashlib.sha256
    ).digest()
