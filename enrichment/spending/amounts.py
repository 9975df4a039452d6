"""Amounts as people read them."""

from decimal import Decimal
from typing import Final

_MILLION: Final = 1_000_000
_THOUSAND: Final = 10_000
_CENT: Final = Decimal("0.01")


def usd(amount: Decimal) -> str:
    """``12.30``, ``0.0041``, ``0.00000024``: two digits of what is less than a cent, which would read as nothing."""
    if not amount or abs(amount) >= _CENT:
        return f"{amount:,.2f}"
    return format(amount.quantize(Decimal(1).scaleb(min(amount.adjusted() - 1, -4))), "f")


def about(count: int) -> str:
    """``4.1 M``, ``38 k``, ``950``."""
    if count >= _MILLION:
        return f"{count / _MILLION:,.1f} M"
    return f"{count / 1000:,.0f} k" if count >= _THOUSAND else f"{count:,}"
