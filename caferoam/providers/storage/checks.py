"""What Storage is set to, and whether it answers."""

from django.conf import settings

from caferoam.providers.checks import Configured, told
from caferoam.providers.errors import ProviderRefused
from caferoam.providers.storage.buckets import BUCKETS


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    return Configured(
        "storage",
        "supabase",
        {
            "SUPABASE_URL": settings.SUPABASE_URL,
            "SUPABASE_PUBLISHABLE_KEY": told(settings.SUPABASE_PUBLISHABLE_KEY),
            "SUPABASE_SECRET_KEY": told(settings.SUPABASE_SECRET_KEY),
        },
        () if settings.SUPABASE_SECRET_KEY else ("SUPABASE_SECRET_KEY",),
    )


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says. A bucket that is not there is a refusal."""
    from caferoam.providers.storage.supabase import SupabaseStorage  # noqa: PLC0415 - it brings httpx
    from caferoam.providers.supabase import service_credentials  # noqa: PLC0415 - it brings httpx

    there = SupabaseStorage(service_credentials()).bucket_names()
    if absent := [bucket.name for bucket in BUCKETS if bucket.name not in there]:
        raise ProviderRefused(f"Storage has no {', '.join(absent)}: run manage.py ensure_buckets.")
    return f"takes the secret key, and has all {len(BUCKETS)} buckets"
