"""Where Prometheus asks a relay and a worker: on a port of their own, if METRICS_PORT names one."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from celery import bootsteps
from django.conf import settings
from django.utils.module_loading import import_string

from caferoam.jobs.metrics import show_zeros
from caferoam.jobs.registry import registry
from caferoam.jobs.relay import Relay
from caferoam.metrics.folder import count_together
from caferoam.providers.analytics import metrics as analytics

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

    from caferoam.metrics.exporter import Exporter


def relay_exporter(relay: Relay, job_types: Collection[str]) -> "Exporter":
    """Serves what the relay counts, what it is about, and what the tables say of the whole queue.

    Raises:
        OSError: the port is taken.
    """
    from caferoam.jobs.gauges import QueueGauges, RelayGauges  # noqa: PLC0415 - it loads the library
    from caferoam.metrics.exporter import Exporter  # noqa: PLC0415 - likewise

    show_zeros(job_types)
    collectors: list[Collector] = [QueueGauges(job_types, redis_url=settings.REDIS_URL), RelayGauges(relay)]
    collectors += [import_string(name)() for name in settings.METRICS_COLLECTORS]
    return Exporter(settings.METRICS_HOST, settings.METRICS_PORT, token=settings.METRICS_TOKEN, collectors=collectors)


class WorkerExporter(bootsteps.StartStopStep):
    """Celery worker bootstep. The main process serves what it and its pool count together."""

    def include_if(self, parent: Any) -> bool:
        """Only where a port is named."""
        return bool(settings.METRICS_PORT)

    def create(self, parent: Any) -> "Exporter":  # type: ignore[override]  # the stubs know of steps that make nothing
        """Before the pool's processes are forked. Celery starts and stops what is returned."""
        count_together()
        from caferoam.metrics.exporter import Exporter  # noqa: PLC0415 - it loads the library, which reads what that set

        show_zeros(registry)
        analytics.show_zeros()
        return Exporter(settings.METRICS_HOST, settings.METRICS_PORT, token=settings.METRICS_TOKEN)
