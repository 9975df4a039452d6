"""Mail: one protocol, one module per vendor, chosen by ``EMAIL_PROVIDER``."""

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.email.checks import configured, ping
from caferoam.providers.email.protocol import BATCH_MAX, KEYS_LIVE, Mail, Mailer, Rejected, Taken, TakenBefore

if TYPE_CHECKING:
    from caferoam.providers.email.resend import ResendMailer

__all__ = [
    "BATCH_MAX",
    "KEYS_LIVE",
    "Mail",
    "Mailer",
    "Rejected",
    "Taken",
    "TakenBefore",
    "close_mailer",
    "configured",
    "get_mailer",
    "ping",
]


_resend: "ResendMailer | None" = None


def get_mailer() -> Mailer:
    """The mailer that the settings choose; one for the whole process.

    Raises:
        ImproperlyConfigured: it lacks a setting, which is named.
    """
    if settings.EMAIL_PROVIDER == "offline":
        from caferoam.providers.email.offline import OfflineMailer  # noqa: PLC0415 - only where it is chosen

        return OfflineMailer(Path(settings.MAIL_FOLDER), sender=settings.MAIL_SENDER)
    return resend_mailer()


def resend_mailer() -> "ResendMailer":
    """Resend's, whatever is chosen; one for the whole process.

    Raises:
        ImproperlyConfigured: it lacks its key.
    """
    global _resend  # noqa: PLW0603 - one for the process, as the SDK's own state is
    if _resend is None:
        from caferoam.providers.email.resend import ResendMailer  # noqa: PLC0415 - it brings the SDK

        if not settings.RESEND_API_KEY:
            raise ImproperlyConfigured("RESEND_API_KEY is not set, which EMAIL_PROVIDER=resend needs in workers.")
        _resend = ResendMailer(
            api_key=settings.RESEND_API_KEY, sender=settings.MAIL_SENDER, base_url=settings.RESEND_BASE_URL
        )
    return _resend


def close_mailer() -> None:
    """Forget the mailer and close its connections: the next one follows the settings as they are then."""
    global _resend  # noqa: PLW0603 - as above
    if _resend is not None:
        _resend.close()
        _resend = None
