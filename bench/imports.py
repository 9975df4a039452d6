"""An import against COPY of the rows it ends with."""

from pathlib import Path

import psycopg
from psycopg import sql

from bench.results import Result, in_turn
from bench.stack import RunningStack
from shops.importers.cafenomad import import_cafenomad

ROUNDS = 5
TABLES = ("shops", "shop_tags")


def import_vs_copy(stack: RunningStack, file: Path) -> list[Result]:
    """The median of both, in turn, each into empty tables. Leaves the cafés imported.

    The lanes rest meanwhile, or the worker would enrich what one side has written while the other is timed.
    """
    with psycopg.connect(stack.stack.database_urls["owner"], autocommit=True) as owner:
        owner.execute("UPDATE job_lanes SET paused = true")
        _empty(owner)
        import_cafenomad(str(file))
        rows = {table: _rows(owner, table) for table in TABLES}

        def copy() -> None:
            with psycopg.connect(stack.stack.database_urls["worker"]) as worker, worker.cursor() as cursor:
                for table, (columns, data) in rows.items():
                    with cursor.copy(_copy("COPY {} ({}) FROM STDIN", table, columns)) as incoming:
                        incoming.write(data)

        import_s, copy_s = in_turn(
            lambda: import_cafenomad(str(file)), copy, rounds=ROUNDS, before_each=lambda: _empty(owner)
        )
        _empty(owner)
        import_cafenomad(str(file))
        owner.execute("UPDATE job_lanes SET paused = false")
    return [Result("import_vs_copy", import_s, "s", copy_s, import_s / copy_s)]


def _empty(owner: psycopg.Connection) -> None:
    owner.execute("TRUNCATE shops, job_queue CASCADE")


def _rows(owner: psycopg.Connection, table: str) -> tuple[list[str], bytes]:
    """The table's columns, generated ones left out, and its rows as COPY writes them."""
    columns = [
        name
        for (name,) in owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = ''"
            " AND NOT attisdropped ORDER BY attnum",
            [table],
        )
    ]
    with owner.cursor().copy(_copy("COPY (SELECT {1} FROM {0}) TO STDOUT", table, columns)) as copy:
        return columns, b"".join(bytes(block) for block in copy)


def _copy(statement: str, table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
