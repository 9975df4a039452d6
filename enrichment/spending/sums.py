"""What was spent, added up: from the sums that the database keeps of each day, so that a long ledger costs nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from django.db.models import F, Sum

from enrichment.models import LlmDailySpend

type By = Literal["day", "month", "purpose", "model"]

BY: Final[tuple[By, ...]] = ("day", "month", "purpose", "model")


@dataclass(frozen=True)
class Sums:
    """``items`` are shops, photos or texts that were answered for. ``tokens_cached`` are among ``tokens_in``."""

    calls: int = 0
    items: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.calls + other.calls,
            self.items + other.items,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.tokens_cached + other.tokens_cached,
            self.usd + other.usd,
        )

    @property
    def usd_each(self) -> Decimal | None:
        """What one shop, photo or text has cost, calls that were of no use included."""
        return self.usd / self.items if self.items else None


@dataclass(frozen=True)
class Entry:
    """The sums of one day, purpose and model."""

    day: date
    purpose: str
    model: str
    sums: Sums

    def key(self, by: By) -> str:
        """Which row it belongs to."""
        match by:
            case "day":
                return self.day.isoformat()
            case "month":
                return f"{self.day:%Y-%m}"
            case "purpose":
                return self.purpose
            case "model":
                return self.model


def entries(since: date, until: date) -> list[Entry]:
    """Of the days from ``since`` to ``until``, both included, in one statement."""
    rows = (
        LlmDailySpend.objects.filter(day__range=(since, until))
        .order_by("day", "purpose", "model")
        .values_list("day", "purpose", "model")
        .annotate(*(Sum(F(name)) for name in ("calls", "items", "tokens_in", "tokens_out", "tokens_cached", "usd")))
    )
    return [Entry(day, purpose, model, Sums(*counts)) for day, purpose, model, *counts in rows]


def grouped(found: Iterable[Entry], by: By) -> Mapping[str, Sums]:
    """Added up, in the order of time, or of what costs most."""
    groups: dict[str, Sums] = {}
    for entry in found:
        groups[entry.key(by)] = groups.get(entry.key(by), Sums()) + entry.sums
    if by in {"purpose", "model"}:
        return dict(sorted(groups.items(), key=lambda group: (-group[1].usd, group[0])))
    return groups


def total(found: Iterable[Entry]) -> Sums:
    """All of it."""
    return sum((entry.sums for entry in found), Sums())


def as_json(value: object) -> str:
    """For programs: amounts as text, to the last place; moments and days in ISO's form."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=2)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(vars(value))
    return value
