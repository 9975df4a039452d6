"""Where files are kept: one protocol, and Supabase Storage behind it.

There is no other one to choose: on a laptop the stand-in for Supabase serves the same routes.
"""

from caferoam.providers.storage.protocol import Storage, StoredObject

__all__ = ["Storage", "StoredObject", "member_storage", "service_storage"]


def member_storage(access_token: str) -> Storage:
    """Storage as the owner of this access token may use it: Storage's own row security decides."""
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx

    return SupabaseStorage.for_member(access_token)


def service_storage() -> Storage:
    """Storage with every right. Workers and commands only: the API holds no key for it."""
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx

    return SupabaseStorage.for_service()
