from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from shops.taxonomy.file import TAXONOMY_FILE, TaxonomyError, file_definitions
from shops.taxonomy.loader import load_taxonomy


class Command(BaseCommand):
    help = "Write the taxonomy file to the table taxonomy_tags. Safe to repeat; never deletes a tag that shops carry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=TAXONOMY_FILE, help="another file than the one of this code")

    def handle(self, *, file: Path, **_options: object) -> None:
        try:
            report = load_taxonomy(file_definitions(file))
        except TaxonomyError as exc:
            raise CommandError(str(exc)) from exc
        counts = [
            f"{len(ids)} {name}"
            for name, ids in (
                ("created", report.created),
                ("updated", report.updated),
                ("unchanged", report.unchanged),
                ("retired", report.retired),
            )
        ]
        self.stdout.write(f"Taxonomy: {', '.join(counts)}.")
        if report.retired:
            self.stdout.write(f"Retired, as no shop carries them: {', '.join(report.retired)}")
        if report.kept:
            self.stdout.write(f"Not in the file, but kept because shops carry them: {', '.join(report.kept)}")
