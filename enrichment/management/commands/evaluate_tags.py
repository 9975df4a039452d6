import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.estimates import DescribeEstimator
from caferoam.providers.llm import Taxonomy, get_describer
from caferoam.providers.usage import Usage
from enrichment import ledger
from enrichment.evaluation.answers import Answer, ask, request_of
from enrichment.evaluation.places import DataMissing, Place, other_places, voted_places
from enrichment.evaluation.report import as_json, as_text, evaluate
from shops.taxonomy import file_definitions

PURPOSE = "evaluate_tags"


class Command(BaseCommand):
    help = (
        "Compare the tags that a describer gives from reviews alone with what visitors voted (socket, limited_time,"
        " wifi, quiet). No shop is read or changed. What a paid provider will cost is asked before it is spent, and"
        " noted in the ledger."
    )

    stealth_options = ("stdin",)  # where the answer comes from, for callers without a terminal

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", help="offline or anthropic; without it, what LLM_PROVIDER says")
        parser.add_argument("--limit", type=_positive, metavar="N", help="N cafés at most, always the same ones")
        parser.add_argument("--json", action="store_true", dest="for_programs", help="print JSON")
        parser.add_argument(
            "--data",
            type=Path,
            metavar="DIR",
            default=settings.BASE_DIR.parent / "shared" / "data",
            help="the folder that holds reviews/; without it, ../shared/data",
        )
        parser.add_argument(
            "--others",
            action="store_true",
            help="tag the reviewed places that nobody voted on as well, to see how much is tagged",
        )
        parser.add_argument("--yes", action="store_true", help="spend without asking")

    def handle(
        self,
        *,
        provider: str | None,
        limit: int | None,
        for_programs: bool,
        data: Path,
        others: bool,
        yes: bool,
        stdin: TextIO | None = None,
        **_options: object,
    ) -> None:
        taxonomy = Taxonomy(tuple(file_definitions()))
        try:
            describer = get_describer(provider)
            places = voted_places(data)[:limit]
            if others:
                places += other_places(data)[:limit]
        except (DataMissing, ImproperlyConfigured) as exc:
            raise CommandError(str(exc)) from exc
        if isinstance(describer, DescribeEstimator) and not yes:
            self._confirm(describer, places, taxonomy, stdin or sys.stdin)
        answers: list[Answer] = []
        spent = Decimal(0)

        def note(usage: Usage, items: int) -> None:
            nonlocal spent
            spent += usage.usd
            if isinstance(describer, DescribeEstimator):
                ledger.note(usage, describer, purpose=PURPOSE, items=items)

        failure = ""
        try:
            for answer in ask(places, describer, taxonomy, spent=note):
                answers.append(answer)  # noqa: PERF402 - those before a failure are kept: they are paid
        except ProviderUnavailable as exc:
            failure = str(exc) or "the provider cannot be reached"
        evaluation = evaluate(describer.provider, describer.model, answers, usd=spent)
        self.stdout.write(json.dumps(as_json(evaluation), indent=2) if for_programs else as_text(evaluation))
        if failure:
            raise CommandError(f"Stopped after {len(answers)} of {len(places)} places: {failure}")

    def _confirm(self, describer: DescribeEstimator, places: list[Place], taxonomy: Taxonomy, answers: TextIO) -> None:
        usd = sum((describer.estimate(request_of(place, taxonomy)).usd for place in places), Decimal(0))
        self.stderr.write(f"{len(places)} places, at most some USD {usd:.2f}.")
        if not answers.isatty():
            raise CommandError("This costs money, and nobody is here to be asked: add --yes.")
        self.stderr.write("Continue? [y/N] ", ending="")
        self.stderr.flush()
        if answers.readline().strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was asked and nothing was spent.")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is no number of cafés: give 1 or more")
    return int(text)
