"""What ``ANALYTICS_PROVIDER`` chooses, and whether it answers."""

from django.conf import settings

from caferoam.providers.checks import Configured, told


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.ANALYTICS_PROVIDER == "offline":
        return Configured("analytics", "offline")
    shown = {"POSTHOG_API_KEY": told(settings.POSTHOG_API_KEY), "POSTHOG_HOST": settings.POSTHOG_HOST}
    return Configured("analytics", "posthog", shown, () if settings.POSTHOG_API_KEY else ("POSTHOG_API_KEY",))


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says. PostHog is asked whether it knows the project."""
    if settings.ANALYTICS_PROVIDER == "offline":
        return "events are written to the log"
    from caferoam.providers.analytics.posthog import ask_for_project  # noqa: PLC0415 - it brings the SDK

    return ask_for_project(api_key=settings.POSTHOG_API_KEY, host=settings.POSTHOG_HOST)
