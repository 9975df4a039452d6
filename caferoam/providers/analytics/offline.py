"""Events that go nowhere but into the log."""

import logging

import structlog

from caferoam.providers.analytics.events import Event

logger = logging.getLogger("caferoam.analytics")


class OfflineAnalytics:
    """Writes a line for each event, with its properties as fields."""

    def capture(self, event: Event) -> None:
        """As the protocol says."""
        with structlog.contextvars.bound_contextvars(**event.properties()):
            logger.info(event.name)

    def close(self) -> None:
        """Nothing is queued."""
