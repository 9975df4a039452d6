import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import TextIO
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.llm import get_describer
from caferoam.providers.llm.batches import BatchDescriber
from enrichment.backfill import Backfill, What, Which
from enrichment.batches import submitting
from enrichment.management.asking import is_agreed
from enrichment.reembedding.active import active, embedder_for
from enrichment.spending import forecast
from enrichment.spending.forecast import Forecast

INTERRUPTED = 130
"""The exit code of a program that SIGINT ended."""


class Command(BaseCommand):
    help = (
        "Queue the enrichment or the embedding of the shops there are already. Safe to stop and to repeat: what waits"
        " is not queued twice, and what has not changed costs nothing when its job runs."
    )

    stealth_options = ("stdin",)  # where the answer comes from, for callers without a terminal

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["enrich", "embed"])
        which = parser.add_mutually_exclusive_group()
        for name, help_text in (
            ("missing", "only shops that have none yet (default)"),
            ("stale", "only shops whose result is old, or of another model"),
            ("all", "all live shops"),
        ):
            which.add_argument(f"--{name}", action="store_const", dest="which", const=name, help=help_text)
        parser.set_defaults(which="missing")
        parser.add_argument(
            "--batch",
            action="store_true",
            help="enrich only: hand the shops to the vendor in batches, answered within a day for half the price",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask whether to spend what --all will cost")
        parser.add_argument("--limit", type=_positive, metavar="N", help="queue N shops at most")
        parser.add_argument("--after", type=UUID, metavar="UUID", help="go on behind this shop, in the order of ids")

    def handle(
        self,
        *,
        what: What,
        which: Which,
        limit: int | None,
        after: UUID | None,
        batch: bool,
        yes: bool,
        stdin: TextIO | None = None,
        **_options: object,
    ) -> None:
        model = get_describer().model if what == "enrich" else active().model
        backfill = Backfill(what=what, which=which, model=model, after=after)
        if which == "all" and not is_agreed(
            _foresee(backfill, limit), self.stdout, stdin or sys.stdin, yes=yes, batch=batch
        ):
            raise CommandError("Nothing was queued.")
        if batch:
            self._hand_over(backfill, limit)
            return
        looked_at = queued = 0
        interrupted = False
        # No bar where nobody watches: disable=None asks whether stderr is a terminal.
        with tqdm(total=backfill.shops().count(), unit=" shops", file=self.stderr, disable=None) as bar:
            try:
                for chunk in backfill.run(limit=limit):
                    looked_at += chunk.looked_at
                    queued += chunk.queued
                    after = chunk.last
                    bar.update(chunk.looked_at)
            except KeyboardInterrupt:
                interrupted = True
        counts = f"{queued} shops queued, {looked_at - queued} were waiting already"
        # What is missing or stale is no longer so once its job is done. Of all shops only the place tells what is left.
        go_on = f" To do the others, go on with --after {after}." if which == "all" and after else ""
        if interrupted:
            raise CommandError(
                f"Stopped: {counts}.{go_on or ' The same command goes on from here.'}", returncode=INTERRUPTED
            )
        self.stdout.write(f"{what}, {which}: {counts}.{go_on if queued == limit else ''}")

    def _hand_over(self, backfill: Backfill, limit: int | None) -> None:
        describer = get_describer()
        if backfill.what != "enrich" or not isinstance(describer, BatchDescriber):
            raise CommandError("--batch is for enrich, with an LLM_PROVIDER that takes batches: anthropic.")
        looked_at = handed_over = batches = beyond_budget = 0
        try:
            for chunk in submitting.submit(backfill.shops(), describer, limit=limit):
                looked_at += chunk.looked_at
                handed_over += chunk.handed_over
                batches += bool(chunk.handed_over)
                beyond_budget += chunk.beyond_budget
        except (ProviderUnavailable, ProviderRefused) as exc:
            raise CommandError(
                f"Stopped after {handed_over} shops: {exc} The same command goes on from here; a batch that may have"
                " been taken all the same is looked for before any of its shops are handed over again."
            ) from exc
        self.stdout.write(
            f"enrich, {backfill.which}: {handed_over} shops handed over in {batches} batches,"
            f" {looked_at - handed_over - beyond_budget} had nothing new to tell or wait in a batch already."
        )
        if beyond_budget:
            self.stdout.write(
                f"{beyond_budget} shops at least were left: the budget has room for no more. The same command goes on"
                " from here when it has."
            )


def _foresee(backfill: Backfill, limit: int | None) -> Forecast:
    if backfill.what == "enrich":
        return forecast.of_describing(backfill.shops(), get_describer(), limit=limit)
    return forecast.of_embedding(backfill.shops(), embedder_for(active()), limit=limit)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is no number of shops: give 1 or more")
    return int(text)
