"""Where data of members is kept, and what becomes of it: each app registers its tables when it is ready, by names only.

Erasure and export do what stands here and nothing else. That nothing was forgotten is read from the database's own
catalogue (``member_catalogue``): a test fails while a table is not registered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from psycopg import sql


@dataclass(frozen=True)
class Delete:
    """The rows go."""


@dataclass(frozen=True)
class Anonymise:
    """The rows stay and no longer name the member: ``assignments`` is what to SET, and ends that they are found."""

    assignments: str


@dataclass(frozen=True)
class Keep:
    """Nothing is done, for a reason."""

    reason: str


DELETE: Final = Delete()
ROOT: Final = "profiles"


@dataclass(frozen=True)
class Export:
    """The rows go into the member's export as one file, with every column that the table has, now and later.

    ``zh`` and ``en`` say what the file holds. ``left_out`` are columns that tell the member nothing about themselves,
    ``extra`` are further fields: SQL over the row ``t``.
    """

    zh: str
    en: str
    left_out: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotExported:
    """The rows stay out of the export, for a reason."""

    reason: str


@dataclass(frozen=True)
class MemberTable:
    """A table of schema ``public`` and the column that says whose its rows are.

    ``parent`` is another registered table, to whose ``id`` the column refers instead of naming the member. ``rows``
    says which rows are the member's where that is not ``t.column = member``: SQL over ``t`` and ``%(member)s``, a uuid.
    """

    table: str
    column: str
    on_erasure: Delete | Anonymise | Keep
    export: Export | NotExported
    parent: str | None = None
    rows: str | None = None


_tables: dict[tuple[str, str], MemberTable] = {}


def register(*tables: MemberTable) -> None:
    """Add tables, once each; called by ``AppConfig.ready``.

    Raises:
        ValueError: a table is registered already, and otherwise.
    """
    for table in tables:
        if _tables.setdefault((table.table, table.column), table) != table:
            raise ValueError(f"{table.table}.{table.column} is registered twice, and differently.")


def registered() -> tuple[MemberTable, ...]:
    """All of them, in the order in which their rows can be deleted: what hangs on another table before that one, and
    the profiles, on which everything hangs, last.
    """
    return tuple(sorted(_tables.values(), key=lambda table: (table.table == ROOT, -_depth(table))))


def condition(table: MemberTable) -> sql.Composable:
    """Which rows ``t`` of the table are the member's, with ``%(member)s`` for the member's id."""
    if table.rows is not None:
        return sql.SQL(table.rows)
    column = sql.SQL("t.{}").format(sql.Identifier(table.column))
    if table.parent is None:
        return sql.SQL("{} = %(member)s").format(column)
    return sql.SQL("{} IN (SELECT t.id FROM public.{} AS t WHERE {})").format(
        column, sql.Identifier(table.parent), condition(_parent(table.parent))
    )


def _parent(name: str) -> MemberTable:
    return next(table for table in _tables.values() if table.table == name)


def _depth(table: MemberTable) -> int:
    return 0 if table.parent is None else 1 + _depth(_parent(table.parent))
