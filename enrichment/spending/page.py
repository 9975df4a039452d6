"""What the admin's page about spending shows, read in three small statements however long the ledger is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrichment.spending import budgets, chart, sums
from enrichment.spending.budgets import Standing
from enrichment.spending.chart import Chart
from enrichment.spending.purposes import PURPOSES, label_of
from enrichment.spending.sums import By, Sums
from shops.models import Shop

PERIODS: Final[Mapping[str, tuple[int, Promise]]] = {
    "7": (7, _("7 days")),
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
    "365": (365, _("A year")),
}
GROUPINGS: Final[Mapping[str, tuple[By, Promise]]] = {
    "purpose": ("purpose", _("Purpose")),
    "model": ("model", _("Model")),
}
BACKFILLS: Final[Mapping[str, tuple[str, Promise]]] = {
    "enrich_shop": ("enrich", _("Describing all cafés anew")),
    "generate_embedding": ("embed", _("Embedding all cafés anew")),
}


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    days: str
    by: str

    @classmethod
    def of(cls, query: QueryDict) -> "Wish":
        """Read the parameters.

        Raises:
            BadRequest: one is not known, said twice, or has a value that is not offered.
        """
        if query.keys() - {"days", "by"} or any(len(values) > 1 for _name, values in query.lists()):
            raise BadRequest("The page knows days and by, each once.")
        wish = cls(query.get("days", "30"), query.get("by", "purpose"))
        if wish.days not in PERIODS or wish.by not in GROUPINGS:
            raise BadRequest("Not one of the choices.")
        return wish


@dataclass(frozen=True)
class Row:
    """A purpose, or a model, in the period. ``series`` is its place in the chart, 0 if it is not in it."""

    name: str
    label: str
    sums: Sums
    share: int
    series: int

    @property
    def cached_share(self) -> int | None:
        """Per cent of what was sent that the vendor had kept."""
        return round(100 * self.sums.tokens_cached / self.sums.tokens_in) if self.sums.tokens_in else None


@dataclass(frozen=True)
class Gauge:
    """How much of a budget is used, in per cent of it; ``beside`` is what is reserved for batches."""

    spent_usd: Decimal
    budget_usd: Decimal | None
    reserved_usd: Decimal

    @property
    def percent(self) -> int | None:
        if self.budget_usd is None:
            return None
        used = self.spent_usd + self.reserved_usd
        return int(100 * used / self.budget_usd) if self.budget_usd else 100

    @property
    def spent(self) -> float:
        return self._part(self.spent_usd)

    @property
    def reserved(self) -> float:
        return min(self._part(self.reserved_usd), 100 - self.spent)

    def _part(self, usd: Decimal) -> float:
        return round(min(float(100 * usd / self.budget_usd), 100.0), 1) if self.budget_usd else 100.0


@dataclass(frozen=True)
class BudgetRow:
    """A purpose with its budget, if it has one."""

    standing: Standing
    label: str
    day: Gauge
    month: Gauge
    has_budget: bool


@dataclass(frozen=True)
class Expectation:
    """What doing all cafés anew would cost, as the period shows; ``each_usd`` is None where it shows nothing."""

    label: Promise
    command: str
    shops: int
    each_usd: Decimal | None
    tokens: int
    usd: Decimal


@dataclass(frozen=True)
class Page:
    """All of it."""

    wish: Wish
    since: date
    until: date
    chart: Chart
    rows: Sequence[Row]
    purposes: Sequence[Row]
    total: Sums
    budgets: Sequence[BudgetRow]
    expectations: Sequence[Expectation]

    @property
    def today_usd(self) -> Decimal:
        return sum((row.standing.day_usd for row in self.budgets), Decimal(0))

    @property
    def month_usd(self) -> Decimal:
        return sum((row.standing.month_usd for row in self.budgets), Decimal(0))

    @property
    def describing(self) -> Sums:
        """What one described café has cost is asked first of all."""
        return next((row.sums for row in self.purposes if row.name == "enrich_shop"), Sums())

    @property
    def reached(self) -> Sequence[BudgetRow]:
        return [row for row in self.budgets if row.standing.reached_by]


def read(wish: Wish) -> Page:
    """Everything the page shows."""
    days, _label = PERIODS[wish.days]
    by, _label = GROUPINGS[wish.by]
    until = timezone.localdate()
    since = until - timedelta(days=days - 1)
    entries = sums.entries(since, until)
    drawn = chart.draw(entries, since=since, until=until, by=by)
    total = sums.total(entries)
    purposes = _rows(sums.grouped(entries, "purpose"), total, [])
    return Page(
        wish=wish,
        since=since,
        until=until,
        chart=drawn,
        rows=_rows(sums.grouped(entries, by), total, drawn.series),
        purposes=purposes,
        total=total,
        budgets=_budgets(budgets.standings()),
        expectations=_expectations({row.name: row.sums for row in purposes}, Shop.objects.live().count()),
    )


def _rows(groups: Mapping[str, Sums], total: Sums, series: Sequence[str]) -> list[Row]:
    return [
        Row(
            name,
            label_of(name),
            group,
            round(100 * group.usd / total.usd) if total.usd else 0,
            _place(name, series) if group.usd else 0,
        )
        for name, group in groups.items()
    ]


def _place(name: str, series: Sequence[str]) -> int:
    """As in the chart, from 1; the last place is that of all others."""
    return series.index(name) + 1 if name in series else len(series)


def _budgets(found: Sequence[Standing]) -> list[BudgetRow]:
    known = {standing.purpose: standing for standing in found}
    purposes = [*(name for name, _label in PURPOSES), *sorted(known.keys() - dict(PURPOSES).keys())]
    standings = [known.get(purpose) or Standing(purpose) for purpose in purposes]
    return [
        BudgetRow(
            standing,
            label_of(standing.purpose),
            Gauge(standing.day_usd, standing.daily_usd, standing.reserved_usd),
            Gauge(standing.month_usd, standing.monthly_usd, standing.reserved_usd),
            standing.daily_usd is not None or standing.monthly_usd is not None,
        )
        for standing in standings
    ]


def _expectations(purposes: Mapping[str, Sums], shops: int) -> list[Expectation]:
    return [
        Expectation(
            label,
            f"backfill {command} --all",
            shops,
            known.usd_each,
            round(shops * (known.tokens_in + known.tokens_out) / known.items) if known.items else 0,
            (known.usd_each or Decimal(0)) * shops,
        )
        for purpose, (command, label) in BACKFILLS.items()
        for known in [purposes.get(purpose, Sums())]
    ]
