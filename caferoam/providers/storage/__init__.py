"""Where files are kept: one protocol, and Supabase Storage behind it.

There is no other one to choose: on a laptop the stand-in for Supabase serves the same routes.
"""

from caferoam.providers.storage.buckets import BUCKETS
from caferoam.providers.storage.checks import configured, ping
from caferoam.providers.storage.protocol import Storage, StoredObject

__all__ = ["Storage", "StoredObject", "configured", "ensure_buckets", "member_storage", "ping", "service_storage"]


def member_storage(access_token: str) -> Storage:
    """Storage as the owner of this access token may use it: Storage's own row security decides."""
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx
    from caferoam.providers.supabase import member_credentials  # noqa: PLC0415 - it brings httpx

    return SupabaseStorage(member_credentials(access_token))


def service_storage() -> Storage:
    """Storage with every right. Workers and commands only: the API holds no key for it."""
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx
    from caferoam.providers.supabase import service_credentials  # noqa: PLC0415 - it brings httpx

    return SupabaseStorage(service_credentials())


def ensure_buckets() -> dict[str, str]:
    """Let every bucket be there with its limits; says of each by name whether it was made, changed or kept.

    Raises:
        ProviderUnavailable, ProviderRefused
    """
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx
    from caferoam.providers.supabase import service_credentials  # noqa: PLC0415 - it brings httpx

    storage = SupabaseStorage(service_credentials())
    return {bucket.name: storage.ensure_bucket(bucket) for bucket in BUCKETS}
