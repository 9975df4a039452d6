"""What must not start before the schema is new enough waits for it."""

import threading

import psycopg
import pytest
from django.core.management import CommandError, call_command


@pytest.mark.slow
def test_it_ends_at_once_where_all_is_applied(worker_login: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("wait_for_migrations", within=0)
    assert "are applied" in capsys.readouterr().out


@pytest.mark.slow
def test_it_gives_up_and_names_one_that_is_missing(worker_login: None, owner: psycopg.Connection) -> None:
    _rename(owner, "0002_schedule_tables", "0002_of_another_release")
    try:
        with pytest.raises(CommandError, match=r"1 migrations are not applied, database\.0002_schedule_tables"):
            call_command("wait_for_migrations", within=0)
    finally:
        _rename(owner, "0002_of_another_release", "0002_schedule_tables")


@pytest.mark.slow
def test_it_goes_on_as_soon_as_the_last_one_is_applied(
    worker_login: None, owner: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    _rename(owner, "0002_schedule_tables", "0002_of_another_release")
    applied = threading.Timer(0.3, _rename, [owner, "0002_of_another_release", "0002_schedule_tables"])
    applied.start()
    try:
        call_command("wait_for_migrations", within=30)
    finally:
        applied.join()
    assert "are applied" in capsys.readouterr().out


@pytest.mark.slow
def test_it_waits_for_the_right_to_look_which_the_first_migration_gives(
    worker_login: None, owner: psycopg.Connection
) -> None:
    owner.execute("REVOKE SELECT ON django_migrations FROM service_role")
    owner.commit()
    try:
        with pytest.raises(CommandError, match="this login may not read which migrations are applied"):
            call_command("wait_for_migrations", within=0)
    finally:
        owner.execute("GRANT SELECT ON django_migrations TO service_role")
        owner.commit()


def _rename(owner: psycopg.Connection, name: str, other: str) -> None:
    owner.execute("UPDATE django_migrations SET name = %s WHERE app = 'database' AND name = %s", [other, name])
    owner.commit()
