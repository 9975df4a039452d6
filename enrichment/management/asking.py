"""What a command says, and asks, before it spends."""

from typing import TextIO

from django.core.management.base import CommandError, OutputWrapper

from enrichment.spending.amounts import about, usd
from enrichment.spending.forecast import Forecast


def is_agreed(expected: Forecast, out: OutputWrapper, answers: TextIO, *, yes: bool, batch: bool = False) -> bool:
    """Say what it is likely to cost, and ask, unless it costs nothing or ``yes`` is given.

    Raises:
        CommandError: nobody is there to be asked.
    """
    cost = expected.usd(batch=batch)
    if not cost:
        return True
    shops = f"{expected.shops:,} shops"
    if expected.to_ask < expected.shops:
        shops += f", about {expected.to_ask:,} of them new or changed"
    told = f"{shops}, ≈ {about(expected.tokens)} tokens, ≈ USD {usd(cost)}"
    if expected.batch_usd is not None:
        told += " (in batches: half)" if batch else f" (with --batch {usd(expected.batch_usd)})"
    basis = "as in the last 30 days" if expected.is_measured else "by a sample"
    out.write(f"{told}, {basis}.")
    if warning := _beyond(expected, batch=batch):
        out.write(warning)
    if yes:
        return True
    if not answers.isatty():
        raise CommandError("This costs money, and nobody is here to be asked: add --yes.")
    out.write("Continue? [y/N] ", ending="")
    out.flush()
    return answers.readline().strip().lower() in {"y", "yes"}


def _beyond(expected: Forecast, *, batch: bool) -> str:
    """What happens if the budget is smaller than the cost."""
    left = expected.standing.left_usd
    cost = expected.usd(batch=batch)
    if left is None or cost <= left:
        return ""
    shops = int(expected.to_ask * left / cost)
    then = "the others are not handed over" if batch else "the others wait for the next day, or month"
    return f"The budget of {expected.purpose} has USD {usd(left)} left: enough for about {shops:,} shops; {then}."
