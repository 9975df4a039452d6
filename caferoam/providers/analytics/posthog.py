"""Events to PostHog, over its own SDK: https://posthog.com/docs/libraries/python.

Each event is nobody's: its distinct id is random and used once, it makes no person profile, and PostHog is told not to
look up where its address is, which is this server's anyway. The SDK queues events and sends them from a thread of its
own. What it would add about this machine is taken out again, so that an event on the wire is what ``events`` says.
"""

import logging
import threading
import time
import uuid
from datetime import timedelta
from typing import Any, Final

import posthog.request
import requests
from posthog.capture_mode import CaptureMode
from posthog.client import Client
from posthog.request import APIError

from caferoam.providers.analytics import metrics
from caferoam.providers.analytics.events import Event
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable

logger = logging.getLogger("caferoam.analytics")

QUEUE_MAX: Final = 1_000
"""Events that wait at most, some 2 MB; what comes on top is dropped."""
BATCH_MAX: Final = 100
SENT_AFTER: Final = timedelta(seconds=2)
"""So long an event waits for others to be sent with."""
TIMEOUT: Final = timedelta(seconds=5)
RETRIES: Final = 2
"""Of a batch, with pauses of up to half a minute; nobody waits for it, but what comes meanwhile fills the queue."""
CLOSED_WITHIN: Final = timedelta(seconds=1)
_ON_THE_WIRE: Final = frozenset({"$process_person_profile", "$geoip_disable", "$lib", "$lib_version"})
"""Properties that are PostHog's own."""
_TELL_EVERY_S: Final = 60.0


class PostHogAnalytics:
    """Sends to a project of PostHog's; ``host`` is the region's address, or a stand-in's.

    Make it in a process that forks no more: what a child inherits is begun anew there, but a connection that is being
    made at that moment may leave a lock of OpenSSL behind.
    """

    def __init__(
        self,
        *,
        api_key: str,
        host: str,
        queue_max: int = QUEUE_MAX,
        timeout: timedelta = TIMEOUT,
        retries: int = RETRIES,
        sent_after: timedelta = SENT_AFTER,
    ) -> None:
        self._told_at = float("-inf")
        self._telling = threading.Lock()
        self._client = Client(
            api_key,
            host=host,
            max_queue_size=queue_max,
            flush_at=BATCH_MAX,
            flush_interval=sent_after.total_seconds(),
            timeout=timeout.total_seconds(),
            max_retries=retries,
            on_error=self._on_error,
            before_send=_as_we_say,
            disable_geoip=True,
            enable_local_evaluation=False,  # else a thread asks for feature flags: in forked children without a key
            capture_mode=CaptureMode.V0,  # said outright, so that no variable of the environment decides
        )
        # It tells every event that it drops, and what PostHog answered. After the client, which sets a level itself.
        logging.getLogger("posthog").setLevel(logging.CRITICAL)
        metrics.show_zeros()

    def capture(self, event: Event) -> None:
        """As the protocol says."""
        queued = self._client.capture(
            event.name,
            distinct_id=str(uuid.uuid4()),
            properties={**event.properties(), "$process_person_profile": False},
        )
        if queued is None:
            self._dropped("queue_full", 1, "more events wait than the queue holds")

    def close(self) -> None:
        """As the protocol says. When a process ends without it, the SDK itself does the same, within a second."""
        # The SDK's waits until PostHog has answered, or not.
        closing = threading.Thread(target=self._client.shutdown, name="analytics-closing", daemon=True)
        closing.start()
        closing.join(CLOSED_WITHIN.total_seconds())

    def _on_error(self, error: Exception, batch: list[object]) -> None:
        """A batch is given up. Called by the SDK, in its thread."""
        if isinstance(error, APIError) and not _is_passing(error.status):
            self._dropped("refused", len(batch), f"PostHog refuses them: {error.status}")
        else:
            self._dropped("unavailable", len(batch), f"PostHog does not take them: {_told(error)}")

    def _dropped(self, reason: str, count: int, why: str) -> None:
        """Count, and say so now and then: a vendor that is down must not fill the log, nor crash reports."""
        metrics.dropped.add(reason, by=count)
        with self._telling:
            tell = time.monotonic() >= self._told_at + _TELL_EVERY_S
            if tell:
                self._told_at = time.monotonic()
        if tell:
            logger.warning("events are dropped: %s", why)


def ask_for_project(*, api_key: str, host: str, timeout: timedelta = TIMEOUT) -> str:
    """Ask for the project's feature flags, which costs nothing and tells whether the key is good.

    Raises:
        ProviderUnavailable: PostHog cannot be asked.
        ProviderRefused: it does not know the key.
    """
    try:
        posthog.request.flags(
            api_key,
            host,
            timeout=timeout.total_seconds(),
            max_retries=0,
            distinct_id=str(uuid.uuid4()),
            geoip_disable=True,
        )
    except APIError as exc:
        if _is_passing(exc.status):
            raise ProviderUnavailable(f"PostHog is busy or broken: {exc.status}") from exc
        raise ProviderRefused(f"PostHog does not know this key: {exc.status}") from exc
    except (requests.RequestException, ValueError) as exc:
        raise ProviderUnavailable(f"PostHog cannot be asked: {type(exc).__name__}") from exc
    return f"PostHog at {host} knows the project"


def _as_we_say(message: dict[str, Any]) -> dict[str, Any]:
    """Without what the SDK adds about this machine."""
    message["properties"] = {
        name: value for name, value in message["properties"].items() if not name.startswith("$") or name in _ON_THE_WIRE
    }
    return message


def _is_passing(status: object) -> bool:
    return not isinstance(status, int) or status in {408, 429} or status >= 500


def _told(error: Exception) -> str:
    return str(error.status) if isinstance(error, APIError) else type(error).__name__
