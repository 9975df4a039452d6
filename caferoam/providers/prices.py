"""What a vendor's models cost, by a dated table in the settings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

MILLION: Final = 1_000_000
"""Tokens that a price is for."""
_LEDGER_UNIT: Final = Decimal("0.000000001")

type Table = Mapping[str, Mapping[str, Sequence[str]]]
"""By model and day, in ISO's form, from which they hold: prices in USD."""


def prices_on(table_name: str, model: str, *, setting: str, on: date | None = None) -> Sequence[Decimal]:
    """The model's prices on a day, today's unless another is named, from the table of that name in the settings.

    Raises:
        ImproperlyConfigured: the table does not tell them. ``setting`` is what chose the model, for the message.
    """
    table: Table = getattr(settings, table_name)
    on = on or datetime.now(UTC).date()
    valid = [since for since in table.get(model, {}) if date.fromisoformat(since) <= on]
    if not valid:
        raise ImproperlyConfigured(
            f"{setting} names a model without a price: {model!r}. Those with one are {', '.join(table)};"
            f" add others to {table_name} in caferoam/settings.py."
        )
    return [Decimal(price) for price in table[model][max(valid)]]


def as_in_ledger(usd: Decimal) -> Decimal:
    """Rounded to what the ledger keeps: a search text of a few tokens costs less than a millionth."""
    return usd.quantize(_LEDGER_UNIT, ROUND_HALF_UP)
