"""A kept connection is checked before it is used again, without asking the server where that is not needed."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from caferoam.testing.live import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def session() -> int:
    """The server's id of Django's session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def last_statement(owner: psycopg.Connection, pid: int) -> str:
    row = owner.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    return str(row and row[0])


def next_request() -> None:
    """What Django does before the first statement of a request."""
    connection.health_check_enabled = True  # type: ignore[attr-defined] # the stubs leave both out
    connection.health_check_done = False  # type: ignore[attr-defined] # as above
    connection.close_if_health_check_failed()


@pytest.fixture(autouse=True)
def other_tests_check_as_before() -> Iterator[None]:
    enabled = connection.health_check_enabled  # type: ignore[attr-defined] # as above
    yield
    connection.health_check_enabled = enabled  # type: ignore[attr-defined] # as above


def test_a_connection_that_works_is_kept_and_the_server_not_asked(owner: psycopg.Connection) -> None:
    pid = session()
    next_request()
    assert last_statement(owner, pid) == "SELECT pg_backend_pid()"
    assert session() == pid


def test_a_session_that_the_server_ended_is_replaced(owner: psycopg.Connection) -> None:
    pid = session()
    owner.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert eventually(lambda: owner.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).rowcount == 0)
    next_request()
    assert session() != pid


def test_a_connection_on_which_something_came_is_asked_and_kept(owner: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    pid = session()
    owner.execute("NOTIFY news")
    assert eventually(lambda: not connection.is_usable() or last_statement(owner, pid) == "SELECT 1")
    next_request()
    assert session() == pid


def test_after_an_error_the_server_is_asked(owner: psycopg.Connection) -> None:
    pid = session()
    connection.errors_occurred = True
    assert connection.is_usable()
    assert last_statement(owner, pid) == "SELECT 1"
    connection.errors_occurred = False


def test_a_connection_that_was_closed_here_is_replaced() -> None:
    pid = session()
    connection.connection.close()
    next_request()
    assert session() != pid


def test_a_connection_in_a_transaction_is_asked(owner: psycopg.Connection) -> None:
    pid = session()
    connection.connection.execute("BEGIN")
    assert connection.is_usable()
    assert last_statement(owner, pid) == "SELECT 1"
    connection.connection.execute("ROLLBACK")
