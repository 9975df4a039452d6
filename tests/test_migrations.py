"""Migrations say what the models say, and every one of them can be taken back."""

import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

OWN_APPS = ("database", "jobs", "desk", "accounts", "shops", "checkins", "stamps", "lists", "enrichment")


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
