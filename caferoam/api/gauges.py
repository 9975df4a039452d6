"""What the API says of itself when it is asked, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caferoam.api.health import readiness


class ReadyGauge(Collector):
    """The checks of ``/readyz``, so that nobody need probe that page beside the scrape."""

    def collect(self) -> Iterator[Metric]:
        """As they are now; a dependency that hangs costs a scrape two seconds."""
        family = GaugeMetricFamily("caferoam_ready", "Whether this check of /readyz is well.", labels=["check"])
        for name, outcome in readiness().items():
            family.add_metric([name], outcome.ok)
        yield family
