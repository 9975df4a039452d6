"""System checks of the database itself, run by ``manage.py check --database default`` and before every migrate."""

from collections.abc import Sequence

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def check_character_type(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """Refuse LC_CTYPE C and POSIX: under them Postgres neither lower-cases nor classifies Chinese and accented text."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
            (ctype,) = cursor.fetchone()
        if ctype in {"C", "POSIX"}:
            messages.append(
                Error(
                    f"The database was made with LC_CTYPE {ctype}, under which Chinese text functions fail silently.",
                    hint="Make the cluster again with LC_ALL=C.UTF-8 (initdb --locale=C.UTF-8).",
                    id="caferoam.E001",
                )
            )
    return messages
