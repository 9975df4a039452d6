from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from shops.importers.console import progress_bar
from shops.importers.errors import ImportRefused
from shops.importers.reviews import ReviewReport, import_reviews


class Command(BaseCommand):
    help = "Import review texts, matched by place id or exact name. One transaction, safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL", help="one JSON object a line, gzip or not")
        parser.add_argument("--published-at", default="google", help="the site the reviews come from (google)")
        parser.add_argument("--dry-run", action="store_true", help="do all of it, then take it back")

    def handle(self, *, source: str, published_at: str, dry_run: bool, **_options: object) -> None:
        try:
            with progress_bar("reviews") as progress:
                report = import_reviews(source, published_at=published_at, dry_run=dry_run, progress=progress)
        except ImportRefused as exc:
            raise CommandError(f"{exc}. Nothing was written.") from exc
        self._tell(report)
        if dry_run:
            self.stdout.write("Dry run: all of it was taken back, nothing was written.")

    def _tell(self, report: ReviewReport) -> None:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(report.rejected.items()))
        self.stdout.write(
            f"{report.inserted} inserted, {report.unchanged} unchanged, {report.repeated} repeated "
            f"(of {report.matched_shops} shops); {report.unmatched} unmatched (of {report.unmatched_places} places), "
            f"{report.ambiguous} ambiguous (of {report.ambiguous_places} places), "
            f"{sum(report.rejected.values())} rejected{f' ({reasons})' if reasons else ''}."
        )
