"""Let Storage have the buckets that CafeRoam keeps files in."""

from django.core.management.base import BaseCommand, CommandError

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import ensure_buckets


class Command(BaseCommand):
    help = (
        "Make the buckets of Storage that are missing, and set the limits of those that are there."
        " Running it again changes nothing."
    )

    def handle(self, **_: object) -> None:
        try:
            done = ensure_buckets()
        except (ProviderUnavailable, ProviderRefused) as exc:
            raise CommandError(f"The buckets are not all there: {exc}") from exc
        for name, what in done.items():
            self.stdout.write(f"bucket {name}: {what}")
