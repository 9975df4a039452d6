"""The rows of a member, in every table that the apps have registered."""

from collections import Counter
from typing import Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from accounts.member_catalogue import naming_columns
from accounts.member_data import Anonymise, Keep, MemberTable, condition, registered

_PASSES: Final = 5


class RowsComeBack(Exception):
    """Whatever is deleted, something writes new rows about the member."""


def erase_rows(member: UUID) -> Counter[str]:
    """Delete or anonymise all of them, in the transaction of the caller, and count them by table."""
    with connection.cursor() as cursor:
        # Waits for what writes about the member now; whoever comes later finds no profile to refer to.
        cursor.execute("SELECT FROM public.profiles WHERE id = %s FOR UPDATE", [member])
    erased: Counter[str] = Counter()
    for _ in range(_PASSES):
        found = count_rows(member)
        if not found:
            return erased
        erased = erased or found
        # What a trigger does about a deleted row may be a new one, a job say: hence another look.
        for table in registered():
            _run(_erasing(table), member)
    raise RowsComeBack(", ".join(found))


def count_rows(member: UUID) -> Counter[str]:
    """How many rows name the member, by table; those that are kept for a reason are not counted."""
    counted = [
        sql.SQL("SELECT {}, count(*) FROM public.{} AS t WHERE {}").format(
            sql.Literal(table.table), sql.Identifier(table.table), condition(table)
        )
        for table in registered()
        if not isinstance(table.on_erasure, Keep)
    ]
    return _counted(sql.SQL(" UNION ALL ").join(counted), member)


def count_unregistered(member: UUID) -> Counter[str]:
    """The same for columns that the catalogue knows and no app has registered, by table and column."""
    known = {(table.table, table.column) for table in registered()}
    counted = [
        sql.SQL("SELECT {}, count(*) FROM public.{} AS t WHERE t.{}::text = %(member)s::text").format(
            sql.Literal(f"{table}.{column}"), sql.Identifier(table), sql.Identifier(column)
        )
        for table, column in naming_columns()
        if (table, column) not in known
    ]
    return _counted(sql.SQL(" UNION ALL ").join(counted), member) if counted else Counter()


def _erasing(table: MemberTable) -> sql.Composable | None:
    name, rows = sql.Identifier(table.table), condition(table)
    match table.on_erasure:
        case Keep():
            return None
        case Anonymise(assignments):
            return sql.SQL("UPDATE public.{} AS t SET {} WHERE {}").format(name, sql.SQL(assignments), rows)
        case _:
            return sql.SQL("DELETE FROM public.{} AS t WHERE {}").format(name, rows)


def _run(statement: sql.Composable | None, member: UUID) -> None:
    if statement is not None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"member": member})


def _counted(statement: sql.Composable, member: UUID) -> Counter[str]:
    counted: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"member": member})
        for name, count in cursor.fetchall():
            counted[name] += count
    return +counted
