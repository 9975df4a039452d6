from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrichment.spending import budgets, sums
from enrichment.spending.amounts import usd
from enrichment.spending.budgets import Standing
from enrichment.spending.sums import BY, By, Sums


class Command(BaseCommand):
    help = "Say what language and embedding models have cost, and how that stands with the budgets. Days are Taipei's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        today = timezone.localdate()
        parser.add_argument("--since", type=_day, default=today - timedelta(days=29), help="first day (30 days ago)")
        parser.add_argument("--until", type=_day, default=today, help="last day (today)")
        parser.add_argument("--by", choices=BY, default="purpose", help="what each row stands for (purpose)")
        parser.add_argument("--json", action="store_true", help="for programs: tokens and USD exactly")

    def handle(self, *, since: date, until: date, by: By, json: bool, **_options: object) -> None:
        if until < since:
            raise CommandError(f"--until {until} is before --since {since}.")
        found = sums.entries(since, until)
        groups = sums.grouped(found, by)
        standings = budgets.standings()
        if json:
            told = {"since": since, "until": until, "by": by, "sums": groups, "total": sums.total(found)}
            self.stdout.write(sums.as_json({**told, "budgets": {one.purpose: one for one in standings}}))
            return
        self.stdout.write(f"{since} to {until}, by {by}\n\n")
        head = [by, "calls", "answered", "tokens in", "of them cached", "tokens out", "USD"]
        rows = [_cells(name, group) for name, group in groups.items()]
        if by == "purpose":  # cafés, photos and texts are not to be added up
            head.append("USD each")
            rows = [[*row, _each(group)] for row, group in zip(rows, groups.values(), strict=True)]
        self._table([head, *rows, _cells("all", sums.total(found))])
        if not standings:
            self.stdout.write("\nNothing was spent this month, and there are no budgets.")
            return
        self.stdout.write("\n")
        head = ["this month", "USD today", "of a day's", "USD", "of a month's", "reserved"]
        self._table([head, *map(_row, standings)])
        for standing in standings:
            if standing.reached_until:
                until_text = f"{timezone.localtime(standing.reached_until):%Y-%m-%d %H:%M}"
                self.stdout.write(f"The budget of {standing.purpose} is reached: nothing is spent until {until_text}.")

    def _table(self, rows: list[list[str]]) -> None:
        widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
        for row in rows:
            first, *others = zip(row, widths, strict=False)
            line = "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])
            self.stdout.write(line.rstrip())


def _cells(name: str, row: Sums) -> list[str]:
    counts = (row.calls, row.items, row.tokens_in, row.tokens_cached, row.tokens_out)
    return [name, *(f"{count:,}" for count in counts), usd(row.usd)]


def _each(row: Sums) -> str:
    return "–" if row.usd_each is None else usd(row.usd_each)


def _row(standing: Standing) -> list[str]:
    return [
        standing.purpose,
        usd(standing.day_usd),
        _of(standing.day_usd + standing.reserved_usd, standing.daily_usd),
        usd(standing.month_usd),
        _of(standing.month_usd + standing.reserved_usd, standing.monthly_usd),
        usd(standing.reserved_usd),
    ]


def _of(spent: Decimal, budget: Decimal | None) -> str:
    if budget is None:
        return "–"
    return f"{usd(budget)} ({spent / budget:.0%})" if budget else usd(budget)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise ArgumentTypeError(f"{text!r} is no day: write it as 2026-11-23") from exc
