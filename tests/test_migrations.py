"""Migrations say what the models say, and every one of them can be taken back."""

import io

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from caferoam.api.principal import Principal

OWN_APPS = ("database", "jobs", "desk", "accounts", "shops", "checkins", "stamps", "lists", "enrichment", "digest")


@pytest.mark.django_db
def test_no_model_change_is_without_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_every_operation_is_reversible() -> None:
    loader = MigrationLoader(None)
    irreversible = [
        f"{app}.{name}: {operation.describe()}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in OWN_APPS
        for operation in migration.operations
        if not operation.reversible
    ]
    assert irreversible == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_all_of_it_goes_back_to_nothing_and_up_again() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    tables_before = set(connection.introspection.table_names())
    for app in reversed(OWN_APPS):
        call_command("migrate", app, "zero", verbosity=0)
    left = set(connection.introspection.table_names())
    assert left == {table for table in left if table.startswith(("django_", "auth_"))}, "CafeRoam's own tables are gone"
    call_command("migrate", verbosity=0)
    assert set(connection.introspection.table_names()) == tables_before
    assert MigrationExecutor(connection).migration_plan(newest) == []


@pytest.mark.slow
def test_names_that_nobody_can_see_give_way_before_they_are_ruled_out(
    member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    call_command("migrate", "lists", "0002_rules", verbosity=0)
    call_command("migrate", "accounts", "0004_member_rules", verbosity=0)
    owner.execute("UPDATE profiles SET display_name = chr(12644) WHERE id = %s", [member.user_id])
    owner.execute("UPDATE profiles SET display_name = '阿明' WHERE id = %s", [other_member.user_id])
    for name in ("\u3164", "清單 1", "\u2800"):
        owner.execute("INSERT INTO lists (user_id, name) VALUES (%s, %s)", [member.user_id, name])
    owner.execute("INSERT INTO lists (user_id, name) VALUES (%s, chr(12644) || '想去')", [other_member.user_id])

    call_command("migrate", verbosity=0)
    names = owner.execute(
        "SELECT display_name FROM profiles WHERE id = ANY (%s)", [[member.user_id, other_member.user_id]]
    )
    assert sorted(names.fetchall(), key=str) == [("阿明",), (None,)]
    names = owner.execute("SELECT name FROM lists WHERE user_id = %s ORDER BY name", [member.user_id])
    assert [name for (name,) in names] == ["清單 1", "清單 2", "清單 3"]
    names = owner.execute("SELECT name FROM lists WHERE user_id = %s", [other_member.user_id])
    assert names.fetchone() == ("\u3164想去",)


@pytest.mark.slow
def test_a_migration_gives_way_to_others_while_its_table_is_in_use_and_goes_on_after_that(
    owner: psycopg.Connection,
) -> None:
    class Freeing(io.StringIO):
        """Whoever is told that the migration makes way is done with the table."""

        def write(self, said: str) -> int:
            owner.execute("COMMIT")
            return super().write(said)

    owner.execute("BEGIN")
    owner.execute("SELECT FROM lists")
    with pytest.raises(CommandError, match=r"is in use, and was not free for 0\.1 s at any try"):
        call_command("migrate", "lists", "0002_rules", verbosity=0, lock_timeout=0.1, within=0)
    assert "0003_visible_names" in applied("lists")
    try:
        call_command("migrate", "lists", "0002_rules", verbosity=0, lock_timeout=0.1, stderr=(told := Freeing()))
        assert "it is tried again" in told.getvalue()
        assert "0003_visible_names" not in applied("lists")
    finally:
        call_command("migrate", verbosity=0)
    assert "0003_visible_names" in applied("lists")
    with connection.cursor() as cursor:
        assert cursor.execute("SHOW lock_timeout").fetchone() == ("0",), "only migrations are in such a hurry"


def applied(app: str) -> set[str]:
    return {name for of_app, name in MigrationRecorder(connection).applied_migrations() if of_app == app}
