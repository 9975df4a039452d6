"""Analytics: one protocol, one module per vendor, chosen by ``ANALYTICS_PROVIDER``."""

import threading

from django.conf import settings

from caferoam.providers.analytics import metrics
from caferoam.providers.analytics.checks import configured, ping
from caferoam.providers.analytics.events import (
    CheckedIn,
    DigestSent,
    Event,
    Language,
    ListCreated,
    Many,
    Mode,
    Searched,
    ShopListed,
    SignedUp,
    Took,
)
from caferoam.providers.analytics.offline import OfflineAnalytics
from caferoam.providers.analytics.protocol import Analytics

__all__ = [
    "Analytics",
    "CheckedIn",
    "DigestSent",
    "Event",
    "Language",
    "ListCreated",
    "Many",
    "Mode",
    "Searched",
    "ShopListed",
    "SignedUp",
    "Took",
    "capture",
    "close_analytics",
    "configured",
    "get_analytics",
    "ping",
]

_lock = threading.Lock()
_current: Analytics | None = None


def capture(event: Event) -> None:
    """Tell analytics of an event. Do it after the transaction that made it happen; it returns at once.

    What is promised is what ``Analytics.capture`` says: once at most, and never an error.
    """
    metrics.events.add(event.name)
    get_analytics().capture(event)


def get_analytics() -> Analytics:
    """The analytics that the settings choose; one for the whole process.

    The vendor's SDK takes a second to load and 12 MB: a process that serves requests asks for it when it starts.
    """
    global _current  # noqa: PLW0603 - one for the process
    if _current is None:
        with _lock:
            if _current is None:
                _current = _make()
    return _current


def close_analytics() -> None:
    """Hand on what is queued; the next one follows the settings as they are then."""
    global _current  # noqa: PLW0603 - as above
    with _lock:
        if _current is not None:
            _current.close()
            _current = None


def _make() -> Analytics:
    if settings.ANALYTICS_PROVIDER == "offline":
        return OfflineAnalytics()
    from caferoam.providers.analytics.posthog import PostHogAnalytics  # noqa: PLC0415 - it brings the SDK

    return PostHogAnalytics(api_key=settings.POSTHOG_API_KEY, host=settings.POSTHOG_HOST)
