from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from shops.demo.loader import load_demo
from shops.models import Shop


class Command(BaseCommand):
    help = "Load twelve fictional cafés, to have something to look at. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are shops already")

    def handle(self, *, if_empty: bool, **_options: object) -> None:
        if if_empty and Shop.objects.exists():
            self.stdout.write("Demo cafés: not loaded, since there are shops already.")
            return
        report = load_demo()
        self.stdout.write(
            f"Demo cafés: {report.inserted} inserted, {report.updated} updated, {report.unchanged} unchanged; "
            f"{report.reviews} reviews added."
        )
