"""Who waits to be erased, for Prometheus: the law sets a term. Read by each relay."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.models import AccountDeletion

REMEMBER_S: Final = 60.0
LATE: Final = timedelta(days=1)
"""After the day on which there is no way back: then the job should have ended."""


class ErasureGauges(Collector):
    """Reads for whoever has the workers' login; from one thread, with a connection that is closed after each look."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at = float("-inf")
        self._families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """As it was a minute ago at most; nothing while the database does not answer."""
        if self._clock() >= self._read_at + REMEMBER_S:
            self._families = list(_families())
            self._read_at = self._clock()
        yield from self._families


def _families() -> Iterator[Metric]:
    waiting = AccountDeletion.objects.filter(cancelled_at=None, purged_at=None)
    try:
        open_, late = waiting.count(), waiting.filter(purge_after__lt=timezone.now() - LATE).count()
    except (DatabaseError, InterfaceError):
        return
    finally:
        connection.close()
    yield GaugeMetricFamily("caferoam_erasures_open", "Members who have asked to leave and are still here.", open_)
    yield GaugeMetricFamily("caferoam_erasures_late", "Those of them who should be gone since a day.", late)
