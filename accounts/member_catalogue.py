"""What the database's catalogue says of members' data, to hold against what the apps have registered."""

from typing import Final

from django.db import connection

from accounts.member_data import ROOT, Keep, registered

# How a column is called that says whose a row is, or how to reach somebody.
_NAMES: Final = (
    "(^|_)(user|member|profile|owner|account|person|author|customer|recipient)s?(_?u?u?ids?)?$|(^|_)e?mail(_address)?$"
)
# … and one that says which thing of a member's, though no foreign key does.
_THINGS: Final = "(^|_)(upload|check_?in|stamp|list|export|consent)_ids?$"
_COLUMNS: Final = """
SELECT c.relname, a.attname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
_CALLED: Final = f"{_COLUMNS} AND a.attname ~ %(names)s ORDER BY 1, 2"
_NAMING: Final = f"""
{_COLUMNS} AND (a.attname ~ %(names)s OR EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey)
    AND k.confrelid IN ('public.profiles'::regclass, 'auth.users'::regclass)
)) ORDER BY 1, 2
"""
_HANGING: Final = """
SELECT DISTINCT c.relname, parent.relname FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_class AS parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace AND parent.relnamespace = 'public'::regnamespace
    AND parent.relname = ANY (%(tables)s)
ORDER BY 1, 2
"""


def columns_of(table: str) -> list[str]:
    """The columns of a table of ``public``, in its own order."""
    return [column for _, column in _rows(f"{_COLUMNS} AND c.relname = %(table)s ORDER BY a.attnum", table=table)]


def naming_columns() -> list[tuple[str, str]]:
    """(table, column) of all that refers to a member, or is called as if it did."""
    return _rows(_NAMING, names=_NAMES)


def unclassified() -> list[str]:
    """What may hold data of members and is not registered: columns that name one, and tables that hang on theirs or
    name their things.
    """
    known = {(table.table, table.column) for table in registered()}
    names = {table for table, _ in known}
    holding = {table.table for table in registered() if not isinstance(table.on_erasure, Keep)}
    found = [f"{table}.{column}" for table, column in naming_columns() if (table, column) not in known]
    # What refers to a profile names its member, and was found as such.
    hanging = _rows(_HANGING, tables=sorted(holding - {ROOT}))
    found += [f"{table} (hangs on {parent})" for table, parent in hanging if table not in names]
    things = _rows(_CALLED, names=_THINGS)
    return found + [f"{table} (by {column})" for table, column in things if table not in names]


def _rows(query: str, **parameters: str | list[str]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows
