from django.core.management.base import BaseCommand

from shops.importers.rereading import reread_hours


class Command(BaseCommand):
    help = (
        "Read the opening hours of all cafés again, for when reading has improved; imports read those of their own "
        "file. Safe to repeat. What a curator corrected stays."
    )

    def handle(self, **_options: object) -> None:
        counts = reread_hours()
        self.stdout.write(
            f"Hours known of {counts.known} cafés, not understood of {counts.unknown}, not published of "
            f"{counts.silent}; {counts.changed} changed."
        )
