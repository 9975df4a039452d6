"""What CafeRoam asks of whoever counts how it is used."""

from typing import Protocol

from caferoam.providers.analytics.events import Event


class Analytics(Protocol):
    """Is told of events. Safe to share between threads."""

    def capture(self, event: Event) -> None:
        """Note an event, at once and at no cost that a request would feel; whatever goes wrong is counted, not raised.

        It is told once at most: events are lost while the vendor takes none, when there are more than it takes, and
        when the process is killed within seconds.
        """

    def close(self) -> None:
        """Hand on what is queued, within a second or so; nothing is taken after that."""
