"""The service that signs members in: one protocol, and Supabase Auth behind it."""

from caferoam.providers.auth.checks import configured, ping
from caferoam.providers.auth.protocol import AuthAdmin

__all__ = ["AuthAdmin", "auth_admin", "configured", "ping"]


def auth_admin() -> AuthAdmin:
    """Rights over members' sign-ins. Workers and commands only: the API holds no key for it."""
    from caferoam.providers.auth.supabase import SupabaseAuthAdmin  # noqa: PLC0415 - it brings httpx

    return SupabaseAuthAdmin()
