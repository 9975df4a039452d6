from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from shops.places.placing import PlacingReport, place_shops


class Command(BaseCommand):
    help = (
        "Look for cafés of which an import knew no coordinates. Safe to repeat: what was answered is not asked again."
    )

    def handle(self, **_options: object) -> None:
        try:
            report = place_shops()
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        for line in told(report):
            self.stdout.write(line)
        if report.trouble:
            raise CommandError("Not all could be asked for.")


def told(report: PlacingReport) -> list[str]:
    """What an operator reads of it."""
    placed = (
        f"Placed: {report.exactly} exactly (live), {report.nearby} on their street or near a station, "
        f"{report.by_district} by district only, {report.left} left without a place. "
        "Those that are not placed exactly are drafts."
    )
    lines = [placed]
    if report.trouble:
        wait = f" in {report.retry_after.total_seconds():.0f} s" if report.retry_after else " later"
        lines.append(f"{report.trouble} {report.unasked} not asked for: run `python manage.py place_shops`{wait}.")
    return lines
