"""One statement on Django's connection, and what is common to those about jobs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, InternalError, OperationalError, connection

type Parameters = Sequence[Any] | Mapping[str, Any] | None

SESSION_ERRORS: Final = (InterfaceError, InternalError, OperationalError)
"""What a new session may mend. The second is what a server says that only reads, since another one has taken over: the
old session would answer everything else for ever."""


def rows_of(statement: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
    """The statement's rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def count_of(statement: str, parameters: Parameters = None) -> int:
    """How many rows the statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        count: int = cursor.rowcount
        return count


def columns(pairs: Collection[tuple[UUID, int]]) -> list[str]:
    """Two arrays, sorted by id: two statements over the same rows lock them in the same order.

    Written out here, because the driver takes as long for two lists as for all the rest of a statement.
    """
    ordered = sorted(pairs)
    return [
        "{" + ",".join([str(job_id) for job_id, _ in ordered]) + "}",
        "{" + ",".join([str(number) for _, number in ordered]) + "}",
    ]
