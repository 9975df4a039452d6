"""How amounts are shown in the admin's templates."""

from decimal import Decimal

from django import template

from enrichment.spending import amounts
from enrichment.spending.purposes import label_of, pause_of

register = template.Library()


@register.filter
def usd(amount: Decimal | None) -> str:
    """``12.30``; nothing is a dash."""
    return "–" if amount is None else amounts.usd(amount)


@register.filter
def plain(number: float) -> str:
    """For places in a drawing: with a point, whatever the language writes."""
    return f"{number:g}"


@register.filter
def purpose_label(name: str) -> str:
    """What operators call a purpose; of a model, its name."""
    return label_of(name)


@register.filter
def purpose_pause(name: str) -> str:
    """What becomes of its work until the budget allows more."""
    return pause_of(name)


@register.filter
def about(count: int) -> str:
    """``4.1 M``"""
    return amounts.about(count)
