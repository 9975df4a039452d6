"""What Anthropic's models cost, by the dated table in the settings."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from caferoam.providers.prices import MILLION, as_in_ledger, prices_on

BATCH_DISCOUNT: Final = Decimal("0.5")


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
        """What these tokens cost, in a batch half of it."""
        usd = (
            tokens.fresh * self.fresh
            + tokens.out * self.out
            + tokens.cache_writes * self.cache_writes
            + tokens.cache_reads * self.cache_reads
        ) / MILLION
        return as_in_ledger(usd * (BATCH_DISCOUNT if batch else 1))


def prices_of(model: str, *, setting: str, on: date | None = None) -> Prices:
    """The model's prices on a day, today's unless another is named.

    Raises:
        ImproperlyConfigured: the table does not tell them. ``setting`` is what chose the model, for the message.
    """
    return Prices(*prices_on("ANTHROPIC_PRICES", model, setting=setting, on=on))
