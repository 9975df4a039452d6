"""Events that go nowhere but into the log."""

import structlog

from caferoam.providers.analytics.events import Event

logger = structlog.stdlib.get_logger("caferoam.analytics")


class OfflineAnalytics:
    """Writes a line for each event, with its properties as fields."""

    def capture(self, event: Event) -> None:
        """As the protocol says."""
        logger.info(event.name, **event.properties())

    def close(self) -> None:
        """Nothing is queued."""
