"""What ``EMAIL_PROVIDER`` chooses, and whether it answers."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.checks import Configured, told


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.EMAIL_PROVIDER == "offline":
        shown = {name: getattr(settings, name) for name in ("MAIL_FOLDER", "MAIL_SENDER")}
        return Configured("email", "offline", shown)
    return Configured(
        "email",
        "resend",
        {
            "RESEND_API_KEY": told(settings.RESEND_API_KEY),
            "RESEND_BASE_URL": settings.RESEND_BASE_URL or "Resend's own",
            "MAIL_SENDER": settings.MAIL_SENDER,
        },
        () if settings.RESEND_API_KEY else ("RESEND_API_KEY",),
    )


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.EMAIL_PROVIDER == "offline":
        return _try_folder(Path(settings.MAIL_FOLDER))
    from caferoam.providers.email import resend_mailer  # noqa: PLC0415 - which imports this module

    return resend_mailer().check_sender()


def _try_folder(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return f"writes to {folder}"
    except OSError as exc:
        raise ImproperlyConfigured(f"MAIL_FOLDER cannot be written to: {exc.strerror}.") from exc
