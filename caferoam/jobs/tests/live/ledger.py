"""The table that the handlers of the test types write into."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def ledger_table() -> Iterator[None]:
    """There is one until the block ends."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (job_id uuid, attempt integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ledger")
