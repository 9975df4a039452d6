"""What is counted about events. docs/observability.md explains each."""

from typing import Final

from caferoam.metrics import Counter

events: Final = Counter("analytics_events_total", "Events of the product.", ["event"])
dropped: Final = Counter("analytics_dropped_total", "Events that no analytics got, by why.", ["reason"])

DROPS: Final = ("queue_full", "unavailable", "refused")


def show_zeros() -> None:
    """Let the counter be seen before its first count."""
    for reason in DROPS:
        dropped.add(reason, by=0)
