"""Django's ``migrate``, which nobody waits behind for long."""

import time
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

# Less than the five seconds after which the API's statements are given up (ops/roles.sql), and more than the one after
# which an autovacuum makes way.
_WAIT_S: Final = 3.0
_GIVE_UP_S: Final = 300.0  # wait_for_migrations waits twice as long


class Command(migrate.Command):
    help = (
        f"{migrate.Command.help} While a migration waits for a table in use, all who come for it later have to wait,"
        " even to read: so it waits briefly, lets them go first, and is tried again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        wait = f"wait for a lock for so long at a time ({_WAIT_S:.0f})"
        parser.add_argument("--lock-timeout", type=float, default=_WAIT_S, metavar="S", help=wait)
        within = f"begin no further try after so long ({_GIVE_UP_S:.0f})"
        parser.add_argument("--within", type=float, default=_GIVE_UP_S, metavar="S", help=within)

    def handle(self, *args: Any, lock_timeout: float, within: float, **options: Any) -> None:
        connection = connections[options["database"]]
        deadline = time.monotonic() + within
        is_within_another = connection.in_atomic_block
        try:
            with connection.cursor() as cursor:
                timeout = f"{lock_timeout * 1000:.0f}ms"
                cursor.execute("SELECT set_config('lock_timeout', %s, %s)", [timeout, is_within_another])
            while not self._done(*args, **options):
                if time.monotonic() >= deadline:
                    raise CommandError(
                        f"What a migration changes is in use, and was not free for {lock_timeout:g} s at any try."
                        " Those that it names as OK are applied. See who holds it, and run migrate again:"
                        ' docs/operations.md, "The database is slow or out of connections".'
                    )
                self.stderr.write("What this migration changes is in use. Others go first, then it is tried again.")
                time.sleep(lock_timeout)
        finally:
            # Whatever this process does next waits as long as it takes; a caller's transaction ends the timeout itself.
            if not is_within_another:
                connection.close()

    def _done(self, *args: Any, **options: Any) -> bool:
        """Whether it went through, and not only until a lock could not be had."""
        try:
            super().handle(*args, **options)
        except OperationalError as exc:
            if not isinstance(exc.__cause__, LockNotAvailable):
                raise
            return False
        return True
