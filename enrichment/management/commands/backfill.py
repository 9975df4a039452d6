from argparse import ArgumentParser, ArgumentTypeError
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from caferoam.providers.embeddings import get_embedder
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.llm import get_describer
from caferoam.providers.llm.batches import BatchDescriber
from enrichment.backfill import Backfill, What, Which
from enrichment.batches import submitting

INTERRUPTED = 130
"""The exit code of a program that SIGINT ended."""


class Command(BaseCommand):
    help = (
        "Queue the enrichment or the embedding of the shops there are already. Safe to stop and to repeat: what waits"
        " is not queued twice, and what has not changed costs nothing when its job runs."
    )

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
        parser.add_argument("--limit", type=_positive, metavar="N", help="queue N shops at most")
        parser.add_argument("--after", type=UUID, metavar="UUID", help="go on behind this shop, in the order of ids")

    def handle(
        self, *, what: What, which: Which, limit: int | None, after: UUID | None, batch: bool, **_options: object
    ) -> None:
        model = get_describer().model if what == "enrich" else get_embedder().model
        backfill = Backfill(what=what, which=which, model=model, after=after)
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
        looked_at = handed_over = batches = 0
        try:
            for chunk in submitting.submit(backfill.shops(), describer, limit=limit):
                looked_at += chunk.looked_at
                handed_over += chunk.handed_over
                batches += bool(chunk.handed_over)
        except (ProviderUnavailable, ProviderRefused) as exc:
            raise CommandError(
                f"Stopped after {handed_over} shops: {exc} The same command goes on from here; a batch that may have"
                " been taken all the same is looked for before any of its shops are handed over again."
            ) from exc
        self.stdout.write(
            f"enrich, {backfill.which}: {handed_over} shops handed over in {batches} batches,"
            f" {looked_at - handed_over} had nothing new to tell or wait in a batch already."
        )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is no number of shops: give 1 or more")
    return int(text)
