import signal
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any, Final, TextIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from caferoam.jobs import LaneClosed
from caferoam.jobs.models import Lane
from caferoam.providers.embeddings import Embedder, embedder_of
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from enrichment.backfill import Backfill
from enrichment.management.asking import is_agreed
from enrichment.models import EmbeddingModel
from enrichment.reembedding import building, calibrating, switching
from enrichment.reembedding.active import active, being_built, disagreement
from enrichment.reembedding.building import BuildingEndedError, ModelsBusyError, Progress, ReembeddingError
from enrichment.reembedding.switching import NotReadyError, Switched
from enrichment.spending import forecast
from enrichment.spending.forecast import Forecast
from shops.models import ShopEmbedding
from shops.search.weights import Calibration

INTERRUPTED: Final = 130
"""The exit code of a program that SIGINT ended."""
LOOK_EVERY_S: Final = 1.0
FAILURES_SHOWN: Final = 10


class Command(BaseCommand):
    help = (
        "Change the model whose vectors are searched. Search goes on with the old ones until the new ones are complete,"
        " then changes over at once. Workers do the work; the command may be stopped at any time, and the same command"
        " goes on from there."
    )

    stealth_options = ("stdin",)  # where the answer comes from, for callers without a terminal

    def run_from_argv(self, argv: list[str]) -> None:
        # Ctrl-C must stop it also where whoever started it ignores that, as a shell does for what runs behind it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--model", metavar="NAME", help="build the vectors of this model, or go on, and change over")
        what.add_argument(
            "--status", action="store_true", help="say which models there are, and how far the next one is"
        )
        what.add_argument("--abort", action="store_true", help="give up what is being built, and delete its vectors")
        what.add_argument(
            "--clean", action="store_true", help="delete the vectors of models that are no longer searched"
        )
        parser.add_argument("--provider", help="whose model it is (EMBEDDINGS_PROVIDER)")
        parser.add_argument(
            "--allow-missing",
            type=_count,
            default=0,
            metavar="N",
            help="change over without the vectors of N cafés (0)",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask whether to spend what the vectors will cost")

    def handle(
        self,
        *,
        model: str | None,
        provider: str | None,
        allow_missing: int,
        status: bool,
        abort: bool,
        clean: bool,
        yes: bool,
        stdin: TextIO | None = None,
        **_options: object,
    ) -> None:
        try:
            if status:
                self._status()
            elif abort:
                self._abort()
            elif clean:
                self._clean()
            elif model:
                self._reembed(
                    model, provider or settings.EMBEDDINGS_PROVIDER, allow_missing, answers=stdin or sys.stdin, yes=yes
                )
        except ReembeddingError as exc:
            raise CommandError(str(exc)) from exc
        except KeyboardInterrupt as exc:
            raise CommandError(
                "Stopped. What is queued goes on; the same command goes on from here, --abort gives it up.",
                returncode=INTERRUPTED,
            ) from exc

    def _reembed(self, model: str, provider: str, allow_missing: int, *, answers: TextIO, yes: bool) -> None:
        try:
            embedder = embedder_of(provider, model)
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        # Who goes on with what was begun has agreed to it already.
        is_new = being_built() is None and active().model != model
        if is_new and not is_agreed(_foresee(embedder), self.stdout, answers, yes=yes):
            raise CommandError("Nothing was begun.")
        row = building.begin(model, provider)
        self.stdout.write(f"{model} is being built; {active().model} is searched until it is complete.")
        # No bar where nobody watches: disable=None asks whether stderr is a terminal.
        bar: tqdm[Any] = tqdm(unit=" cafés", file=self.stderr, disable=None)
        with bar:
            try:
                self._fill(row, bar, allow_missing)
                calibration = _calibration(embedder)
                while (switched := _switch(model, calibration, allow_missing)) is None:
                    self._fill(row, bar, allow_missing)
            except BuildingEndedError:
                if active().model != model:
                    raise
                self.stdout.write(f"{model} is searched: another command was faster.")
                return
        missing = f" {switched.missing} cafés have no vector of it." if switched.missing else ""
        self.stdout.write(f"{switched.model} is searched, within seconds by every process.{missing}")
        self.stdout.write(f"Going back to {switched.before} is cheap until reembed --clean deletes its vectors.")
        if (told := disagreement()) is not None:
            self.stdout.write(told)

    def _fill(self, row: EmbeddingModel, bar: "tqdm[Any]", allow_missing: int) -> None:
        """Queue what lacks a vector and wait until nothing is at work any more.

        Raises:
            CommandError: more than ``allow_missing`` shops failed.
            BuildingEndedError: somebody else has ended it.
        """
        told = ""
        while True:
            for _queued in building.queue_lacking(row):
                building.check(row)
            building.check(row)
            known = building.progress(row)
            bar.total, bar.n = known.live, known.live - known.open
            bar.refresh()
            if known.open == known.failed:
                break
            if (pause := _pause()) != told and pause:
                self.stderr.write(pause)
            told = pause
            time.sleep(LOOK_EVERY_S)
        if known.failed > allow_missing:
            raise CommandError(self._failures(row, known))

    def _failures(self, row: EmbeddingModel, known: Progress) -> str:
        lines = [
            f"  {failure.shop_id} {failure.name}: {failure.status}: {failure.error}"
            for failure in building.failures(row, limit=FAILURES_SHOWN)
        ]
        more = ["  …"] if known.failed > FAILURES_SHOWN else []
        head = f"{known.failed} of {known.live} cafés got no vector, so {active().model} is searched as before:"
        foot = (
            "Mend what is wrong and queue their jobs (reembed_shop) again, then give this command again; or let it"
            f" change over without them: --allow-missing {known.failed}."
        )
        return "\n".join([head, *lines, *more, foot])

    def _status(self) -> None:
        for row in EmbeddingModel.objects.all():
            when = row.retired_at or row.activated_at or row.started_at
            vectors = ShopEmbedding.objects.filter(model=row.model).count()
            self.stdout.write(
                f"{row.model} ({row.provider}): {row.get_status_display()} since"
                f" {timezone.localtime(when):%Y-%m-%d %H:%M}, {vectors:,} vectors"
            )
        if (building_now := being_built()) is not None:
            known = building.progress(building_now)
            self.stdout.write(
                f"{known.live - known.open:,} of {known.live:,} cafés are done, {known.at_work:,} wait or are at work,"
                f" {known.failed:,} failed."
            )
            if reason := _pause():
                self.stdout.write(reason)
        if (told := disagreement()) is not None:
            self.stdout.write(told)

    def _abort(self) -> None:
        row = building.abort()
        deleted = self._clear()
        if row is None:
            self.stdout.write(
                f"Nothing is being built.{f' {deleted:,} vectors left over were deleted.' if deleted else ''}"
            )
        else:
            self.stdout.write(
                f"{row.model} is given up, and {deleted:,} vectors are deleted. {active().model} is searched."
            )

    def _clean(self) -> None:
        names = building.forget_retired()
        deleted = self._clear()
        self.stdout.write(f"{deleted:,} vectors deleted{f' of {", ".join(names)}' if names else ''}.")
        kept = EmbeddingModel.objects.filter(status=EmbeddingModel.Status.RETIRED).values_list("model", flat=True)
        if kept:
            self.stdout.write(
                f"{', '.join(kept)} was searched until just now, and processes may not have heard of the change."
                f" Clean again in {int(building.KEPT_AFTER.total_seconds() // 60)} minutes."
            )

    def _clear(self) -> int:
        deleted = 0
        with tqdm(unit=" vectors", file=self.stderr, disable=None) as bar:
            for chunk in building.clear():
                deleted += chunk
                bar.update(chunk)
        return deleted


def _foresee(embedder: Embedder) -> Forecast:
    """What the vectors cost that are not there yet."""
    shops = Backfill(what="embed", which="all", model=embedder.model).shops()
    return forecast.of_embedding(shops, embedder, purpose=building.JOB_TYPE)


def _switch(model: str, calibration: Calibration | None, allow_missing: int) -> Switched | None:
    """None while a café is being changed, or has just been."""
    try:
        return switching.switch(model, calibration=calibration, allow_missing=allow_missing)
    except (NotReadyError, ModelsBusyError):
        time.sleep(LOOK_EVERY_S)
        return None


def _calibration(embedder: Embedder) -> Calibration | None:
    try:
        return calibrating.measure(embedder)
    except (LaneClosed, ProviderUnavailable, ProviderRefused) as exc:
        raise CommandError(
            f"All vectors are there, but how to read them could not be measured: {exc} The same command goes on from"
            " here."
        ) from exc


def _pause() -> str:
    """Why nothing moves, if an operator, a budget or the provider holds the work up."""
    lane = Lane.objects.filter(job_type=building.JOB_TYPE).first()
    if lane is None or not (lane.paused or (lane.paused_until and lane.paused_until > timezone.now())):
        return ""
    until = (
        "" if lane.paused or not lane.paused_until else f" until {timezone.localtime(lane.paused_until):%Y-%m-%d %H:%M}"
    )
    return f"The lane {lane.job_type} is paused{until}{f': {lane.pause_reason}' if lane.pause_reason else '.'}"


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number of cafés: give 0 or more")
    return int(text)
