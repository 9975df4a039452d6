"""Amounts as people read them."""

from decimal import Decimal
from typing import Final

_MILLION: Final = 1_000_000
_THOUSAND: Final = 10_000
_CENT: Final = Decimal("0.01")
_SMALLEST: Final = Decimal("0.0001")


def usd(amount: Decimal) -> str:
    """``12.30``; what is less than a cent to the hundredth of one, so that it does not read as nothing."""
    if amount and abs(amount) < _SMALLEST:
        return "<0.0001"
    return f"{amount:,.4f}" if amount and abs(amount) < _CENT else f"{amount:,.2f}"


def about(count: int) -> str:
    """``4.1 M``, ``38 k``, ``950``."""
    if count >= _MILLION:
        return f"{count / _MILLION:,.1f} M"
    return f"{count / 1000:,.0f} k" if count >= _THOUSAND else f"{count:,}"
