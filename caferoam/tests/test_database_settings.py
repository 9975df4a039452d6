"""How the processes speak to Postgres."""

from typing import Any, cast

from django.db import connection

from caferoam import settings


def options(url: str) -> dict[str, Any]:
    return cast("dict[str, Any]", settings._database(url)["OPTIONS"])


def test_no_process_waits_for_ever_for_a_server_that_says_nothing() -> None:
    connected_with = connection.get_connection_params()
    limits = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [connected_with[name] for name in (*limits, "tcp_user_timeout")] == ["5", "1", "30", "10", "3", "30000"]


def test_what_the_url_says_counts_more() -> None:
    given = options("postgresql://me@db.example/caferoam?connect_timeout=2&sslmode=require")
    assert (given["connect_timeout"], given["sslmode"], given["keepalives"]) == ("2", "require", "1")
