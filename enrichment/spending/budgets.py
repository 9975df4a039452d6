"""Budgets, looked at where money is spent: before a call, and right after its cost was noted.

What is spent beyond a budget is at most what was in flight when it was reached: as many calls as the lane is wide, and
the searches of the seconds for which a process remembers that it may. Batches are counted before they are handed over,
by an estimate.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from django.db import transaction
from django.utils import timezone

from caferoam.jobs import LaneClosed
from caferoam.jobs.statements import rows_of
from enrichment.models import LlmBudget

logger = logging.getLogger("enrichment")

_STANDINGS: Final = """
SELECT coalesce(budget.purpose, spent.purpose), budget.daily_usd, budget.monthly_usd,
       coalesce(spent.day_usd, 0), coalesce(spent.month_usd, 0), coalesce(budget.reserved_usd, 0),
       budget.reached_by, budget.reached_until
  FROM private.budget_states_v1(NULL, %(at)s) AS budget
  FULL JOIN (
      SELECT purpose, sum(usd) FILTER (WHERE day = %(today)s) AS day_usd, sum(usd) AS month_usd
        FROM llm_daily_spend WHERE day BETWEEN %(first)s AND %(today)s GROUP BY purpose
  ) AS spent ON spent.purpose = budget.purpose
 ORDER BY 1
"""


class Asked(Protocol):
    """Whoever is asked: a describer, an embedder, a reader of menus."""

    @property
    def provider(self) -> str:
        """``offline`` costs nothing."""


@dataclass(frozen=True)
class Standing:
    """What a purpose has cost, and how that stands with its budget, where it has one.

    ``reserved_usd`` is what batches that are not collected yet are expected to cost. ``reached_by`` is day or month.
    """

    purpose: str
    daily_usd: Decimal | None = None
    monthly_usd: Decimal | None = None
    day_usd: Decimal = Decimal(0)
    month_usd: Decimal = Decimal(0)
    reserved_usd: Decimal = Decimal(0)
    reached_by: str | None = None
    reached_until: datetime | None = None

    @property
    def left_usd(self) -> Decimal | None:
        """What may be spent now; None is without bound."""
        left = [
            budget - spent - self.reserved_usd
            for budget, spent in ((self.daily_usd, self.day_usd), (self.monthly_usd, self.month_usd))
            if budget is not None
        ]
        return max(min(left), Decimal(0)) if left else None


def standings(*, at: datetime | None = None) -> list[Standing]:
    """Of each purpose that has a budget, or has cost something this month."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    return [Standing(*row) for row in rows_of(_STANDINGS, {"at": at, "today": today, "first": today.replace(day=1)})]


def standing_of(purpose: str, *, at: datetime | None = None) -> Standing:
    """Of one purpose, if it has a budget; without one nothing is looked up."""
    rows: Sequence[tuple[object, ...]] = rows_of(
        "SELECT purpose, daily_usd, monthly_usd, day_usd, month_usd, reserved_usd, reached_by, reached_until"
        " FROM private.budget_states_v1(%s, coalesce(%s, statement_timestamp()))",
        [purpose, at],
    )
    return Standing(*rows[0]) if rows else Standing(purpose)  # type: ignore[arg-type]  # as the function declares them


def hold(purpose: str) -> Decimal | None:
    """What may be spent now, None without bound; until the transaction ends nobody else spends of it."""
    LlmBudget.objects.select_for_update(no_key=True).filter(pk=purpose).first()
    return standing_of(purpose).left_usd


def check(asked: Asked, *, purpose: str, at: datetime | None = None) -> None:
    """Look whether a call may cost something, right before it is made. Whoever costs nothing always may.

    Raises:
        LaneClosed: the budget is reached. The lane pauses, and the job goes back into it as it was.
    """
    if asked.provider == "offline" or standing_of(purpose, at=at).reached_by is None:
        return
    settle(purpose, at=at)
    raise LaneClosed(f"The budget of {purpose} is reached.")


def settle(purpose: str, *, at: datetime | None = None) -> None:
    """Pause the purpose's lane if its budget is reached, let it go on if it no longer is. Cheap where there is none."""
    found = rows_of("SELECT * FROM private.settle_budget_v1(%s, coalesce(%s, statement_timestamp()))", [purpose, at])
    tell(purpose, found)


def tell(purpose: str, found: Sequence[tuple[str, datetime]]) -> None:
    """Log what ``settle_budget_v1`` told the first to find a budget reached, once that is committed."""
    for reason, until in found:
        transaction.on_commit(
            lambda reason=reason, until=until: logger.warning(  # type: ignore[misc]  # lambdas have no types
                "%s pauses until %s: %s",
                purpose,
                timezone.localtime(until).isoformat(sep=" ", timespec="minutes"),
                reason,
                extra={"budget_reached": purpose},
            )
        )
