"""What models have cost and may cost, for Prometheus: read by each relay, from the sums of the month."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from django.db import DatabaseError, InterfaceError, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caferoam.jobs.gauges import PATIENCE, REMEMBER_S
from caferoam.jobs.statements import rows_of
from enrichment.models import LlmBudget
from enrichment.spending.budgets import Standing, standings
from enrichment.spending.purposes import PURPOSES

DAY: Final = LlmBudget.Period.DAY.value
MONTH: Final = LlmBudget.Period.MONTH.value


class SpendGauges(Collector):
    """Reads for whoever has the workers' login; from one thread, with a connection that is closed after each look."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at = float("-inf")
        self._families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """As it was a quarter of a minute ago at most; nothing while the database does not answer."""
        if self._clock() >= self._read_at + REMEMBER_S:
            self._families = list(_families(_read()))
            self._read_at = self._clock()
        yield from self._families


def _read() -> list[Standing]:
    try:
        with transaction.atomic():
            rows_of("SELECT set_config('statement_timeout', %s, true)", [str(int(PATIENCE.total_seconds() * 1000))])
            found = standings()
    except (DatabaseError, InterfaceError):
        return []
    finally:
        connection.close()
    known = {standing.purpose for standing in found}
    return [*found, *(Standing(purpose) for purpose, _label in PURPOSES if purpose not in known)]


def _families(found: list[Standing]) -> Iterator[Metric]:
    if not found:
        return
    spent = GaugeMetricFamily(
        "caferoam_llm_spent_usd", "Since midnight, or the first of the month, in Taipei.", labels=["purpose", "period"]
    )
    budget = GaugeMetricFamily("caferoam_llm_budget_usd", "Where there is one.", labels=["purpose", "period"])
    reserved = GaugeMetricFamily(
        "caferoam_llm_reserved_usd", "What batches are expected to cost that are not collected.", labels=["purpose"]
    )
    reached = GaugeMetricFamily(
        "caferoam_llm_budget_reached", "Whether nothing more is spent for now.", labels=["purpose"]
    )
    for one in found:
        spent.add_metric([one.purpose, DAY], float(one.day_usd))
        spent.add_metric([one.purpose, MONTH], float(one.month_usd))
        for period, usd in ((DAY, one.daily_usd), (MONTH, one.monthly_usd)):
            if usd is not None:
                budget.add_metric([one.purpose, period], float(usd))
        reserved.add_metric([one.purpose], float(one.reserved_usd))
        reached.add_metric([one.purpose], one.reached_by is not None)
    yield from (spent, budget, reserved, reached)
