"""Let nothing start on a schema that is older than its code."""

import time
from typing import Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_ASK_EVERY_S: Final = 1.0


class Command(BaseCommand):
    help = (
        "Wait until every migration of this code is applied, as relay, worker, beat and admin must before they start."
        " A newer schema will do: that is what a rollback meets. Needs the workers' login."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--within", type=float, default=600, metavar="S", help="give up after so long (600)")

    def handle(self, *, within: float, **_: object) -> None:
        on_disk = MigrationLoader(None, load=False)
        on_disk.load_disk()
        wanted = set(on_disk.disk_migrations)
        deadline = time.monotonic() + within
        while trouble := _trouble(wanted):
            if time.monotonic() >= deadline:
                raise CommandError(f"After {within:.0f} s {trouble}.")
            time.sleep(_ASK_EVERY_S)
        self.stdout.write(f"All {len(wanted)} migrations are applied.")


def _trouble(wanted: set[tuple[str, str]]) -> str:
    """What there is to wait for; '' when there is nothing."""
    try:
        missing = wanted - set(MigrationRecorder(connection).applied_migrations())
    except OperationalError:
        return "the database cannot be reached"
    except ProgrammingError:  # the table is made before the first migration, which lets this login read it
        return "this login may not read which migrations are applied"
    finally:
        connection.close()  # of a pooler, others may have it meanwhile
    return f"{len(missing)} migrations are not applied, {'.'.join(min(missing))} among them" if missing else ""
