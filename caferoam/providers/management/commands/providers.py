"""What the outside world is set to, and whether it answers."""

import time

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from caferoam.providers.checks import KINDS, Checked, Configured, provider
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.scrub import scrub


class Command(BaseCommand):
    help = "Look after the services that CafeRoam leans on."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        check = commands.add_parser(
            "check",
            help="say what is chosen of each kind, and what is missing for it; exit status 1 if anything is",
        )
        check.add_argument("--live", action="store_true", help="also make one cheap call to each; 1 if one fails")

    def handle(self, *, live: bool, **_: object) -> None:
        missing, silent = [], []
        for kind in KINDS:
            checked = provider(kind)
            chosen = checked.configured()
            self._show(chosen)
            missing += [name for name in chosen.missing if name not in missing]
            if live and not self._answers(checked):
                silent.append(kind)
        faults = [f"Not set: {', '.join(missing)}."] if missing else []
        faults += [f"No good answer from {', '.join(silent)}."] if silent else []
        if faults:
            raise CommandError(" ".join(faults))

    def _show(self, chosen: Configured) -> None:
        self.stdout.write(f"{chosen.kind}: {chosen.provider}")
        width = max((len(name) for name in chosen.settings), default=0)
        for name, value in chosen.settings.items():
            shown = scrub(value) if "://" in value else value  # a URL may hold a login
            self.stdout.write(f"  {name:{width}}  {shown}")
        if chosen.missing:
            self.stdout.write(f"  MISSING: {', '.join(chosen.missing)}")

    def _answers(self, checked: Checked) -> bool:
        begun_at = time.perf_counter()
        try:
            said = checked.ping()
        except (ProviderUnavailable, ProviderRefused, ImproperlyConfigured) as exc:
            said, failed = str(exc), "failed"
        except Exception as exc:  # noqa: BLE001 - whatever is wrong with one, the others are asked as well
            said, failed = f"{type(exc).__name__}: {exc}", "broke"
        else:
            failed = ""
        took_ms = (time.perf_counter() - begun_at) * 1_000
        self.stdout.write(f"  {failed or 'answered'} after {took_ms:.0f} ms: {scrub(said)}")
        return not failed
