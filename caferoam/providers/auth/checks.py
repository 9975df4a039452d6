"""What Auth is set to, and whether it answers."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.checks import Configured, told

_NOBODY: Final = UUID(int=0)


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    return Configured(
        "auth",
        "supabase",
        {
            "SUPABASE_URL": settings.SUPABASE_URL,
            "SUPABASE_JWKS_URL": settings.SUPABASE_JWKS_URL,
            "SUPABASE_JWT_ISSUER": settings.SUPABASE_JWT_ISSUER,
            "SUPABASE_JWT_AUDIENCE": settings.SUPABASE_JWT_AUDIENCE,
            "SUPABASE_JWT_SECRET": told(settings.SUPABASE_JWT_SECRET),
            "SUPABASE_SECRET_KEY": told(settings.SUPABASE_SECRET_KEY),
        },
        () if settings.SUPABASE_SECRET_KEY else ("SUPABASE_SECRET_KEY",),
    )


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says: it reads the keys of tokens, and looks up a user who is none."""
    from caferoam.providers.supabase import Service, service_credentials  # noqa: PLC0415 - it brings httpx

    admin = Service("Auth", f"{settings.SUPABASE_URL}/auth/v1", service_credentials())
    answer = admin.ask("GET", f"/admin/users/{_NOBODY}")
    if not (answer.status == HTTPStatus.NOT_FOUND and "user_not_found" in answer.error):
        raise admin.refusal(answer, "look up a user")
    count = _count_keys()
    if not count and not settings.SUPABASE_JWT_SECRET:
        raise ImproperlyConfigured("Auth publishes no key for tokens, and SUPABASE_JWT_SECRET is not set.")
    return f"takes the secret key, and publishes {count} {'key' if count == 1 else 'keys'} for tokens"


def _count_keys() -> int:
    from caferoam.providers.supabase import Service  # noqa: PLC0415 - it brings httpx

    document = Service("Auth", settings.SUPABASE_JWKS_URL)  # anybody may read it, so no key goes there
    answer = document.ask("GET", "")
    if not answer.is_success:
        raise document.refusal(answer, "publish its keys at SUPABASE_JWKS_URL")
    said = document.parse(answer)
    keys = said.get("keys") if isinstance(said, Mapping) else None
    if not isinstance(keys, list):
        raise document.misunderstood("no key set at SUPABASE_JWKS_URL")
    return len(keys)
