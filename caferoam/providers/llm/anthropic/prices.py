"""What Anthropic's models cost, by the dated table in the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

BATCH_DISCOUNT: Final = Decimal("0.5")
_MILLION: Final = 1_000_000
_MICRO_USD: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many were billed, by kind. ``fresh`` ones of the input were neither written to the cache nor read from it."""

    fresh: int
    cache_writes: int
    cache_reads: int
    out: int


@dataclass(frozen=True, slots=True)
class Prices:
    """USD for a million tokens of each kind."""

    fresh: Decimal
    out: Decimal
    cache_writes: Decimal
    cache_reads: Decimal

    def usd(self, tokens: Tokens, *, batch: bool = False) -> Decimal:
        """What these tokens cost, to the millionth; in a batch half of it."""
        usd = (
            tokens.fresh * self.fresh
            + tokens.out * self.out
            + tokens.cache_writes * self.cache_writes
            + tokens.cache_reads * self.cache_reads
        ) / _MILLION
        return (usd * (BATCH_DISCOUNT if batch else 1)).quantize(_MICRO_USD, ROUND_HALF_UP)


def prices_of(model: str, *, setting: str, on: date | None = None) -> Prices:
    """The model's prices on a day, today's unless another is named.

    Raises:
        ImproperlyConfigured: the table does not tell them. ``setting`` is what chose the model, for the message.
    """
    table: Mapping[str, Mapping[str, tuple[str, str, str, str]]] = settings.ANTHROPIC_PRICES
    on = on or datetime.now(UTC).date()
    valid = [since for since in table.get(model, {}) if date.fromisoformat(since) <= on]
    if not valid:
        raise ImproperlyConfigured(
            f"{setting} names a model without a price: {model!r}. Those with one are {', '.join(table)};"
            " add others to ANTHROPIC_PRICES in caferoam/settings.py."
        )
    return Prices(*(Decimal(price) for price in table[model][max(valid)]))
