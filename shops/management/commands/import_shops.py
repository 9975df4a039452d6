from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shops.importers.cafenomad import ImportReport, import_cafenomad
from shops.importers.console import progress_bar
from shops.importers.errors import ImportRefused
from shops.importers.record import Rejected
from shops.importers.rejects import rejects_report
from shops.management.commands.place_shops import told
from shops.places.placing import place_shops


class Command(BaseCommand):
    help = (
        "Import cafés: one transaction, safe to repeat. What is not taken goes to a report with the reason. "
        "Cafés without usable coordinates become drafts, and are looked for afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["cafenomad"], help="whose data it is: Cafe Nomad's API answer")
        parser.add_argument("source", metavar="FILE_OR_URL", help="JSON, gzip or not")
        parser.add_argument("--dry-run", action="store_true", help="do all of it, then take it back")
        parser.add_argument("--report", type=Path, help="CSV of the rejected; default: under .local/imports/")

    def handle(self, *, kind: str, source: str, dry_run: bool, report: Path | None, **_options: object) -> None:
        path = report or _default_report(kind)
        try:
            with rejects_report(path) as on_reject, progress_bar(kind) as progress:
                result = import_cafenomad(
                    source,
                    dry_run=dry_run,
                    on_reject=on_reject,
                    on_unplaced=lambda record: on_reject(_with_note(record)),
                    progress=progress,
                )
        except ImportRefused as exc:
            raise CommandError(f"{exc}. Nothing was written.") from exc
        self._tell(result)
        if result.rejected or result.counts.without_coordinates:
            self.stdout.write(f"Why each was rejected, or has no place: {path}")
        if not dry_run:
            self._place()

    def _place(self) -> None:
        """The shops are imported, whatever becomes of this."""
        try:
            report = place_shops()
        except ImproperlyConfigured as exc:
            raise CommandError(
                f"{exc} The cafés are imported; `python manage.py place_shops` looks for the rest."
            ) from exc
        if report.total:
            for line in told(report):
                self.stdout.write(line)

    def _tell(self, result: ImportReport) -> None:
        counts = result.counts
        reopened = f", {counts.reopened} open again" if counts.reopened else ""
        self.stdout.write(
            f"{counts.inserted} inserted, {counts.updated} updated, {counts.unchanged} unchanged, "
            f"{counts.closed} closed ({counts.newly_closed} newly{reopened}), {result.rejected} rejected, "
            f"{counts.not_in_file} not in this file."
        )
        if counts.without_coordinates:
            self.stdout.write(f"{counts.without_coordinates} of them without usable coordinates.")
        if result.dry_run:
            self.stdout.write("Dry run: all of it was taken back, nothing was written.")


def _with_note(record: Rejected) -> Rejected:
    return Rejected(record.id, record.name, f"taken without a place: {record.reason}")


def _default_report(kind: str) -> Path:
    started = timezone.localtime().strftime("%Y%m%d-%H%M%S")
    return Path(settings.BASE_DIR) / ".local" / "imports" / f"{kind}-rejects-{started}.csv"
