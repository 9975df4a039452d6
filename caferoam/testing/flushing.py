"""Emptying the database after a test that commits: what Django's ``flush`` leaves behind, in a fraction of its time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

KEPT: Final = ("django_content_type", "auth_permission")
"""Made from the models after migrations. ``flush`` makes all of their rows anew, which takes most of its time."""


class Flush:
    """Empties the tables that have rows.

    ``flush`` truncates all tables, and each gets new files for itself and its indexes, however empty it was.
    """

    def __init__(self) -> None:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self._emptied = sorted(set(tables) - set(KEPT))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            )
            self._references: list[tuple[str, str]] = cursor.fetchall()
        self._kept_rows = self._state_of_kept()

    def __call__(self) -> None:
        """Wait, as ``flush`` does, for whoever is still writing, so that nothing of theirs comes after."""
        if self._state_of_kept() != self._kept_rows:
            call_command("flush", verbosity=0, interactive=False)
            self._kept_rows = self._state_of_kept()
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_names(self._emptied)))
            have_rows = (sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(name)) for name in self._emptied)
            cursor.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(have_rows)))
            filled = {name for name, has_rows in zip(self._emptied, cursor.fetchone(), strict=True) if has_rows}
            if filled:
                cursor.execute(sql.SQL("TRUNCATE {}").format(_names(self._with_what_refers_to(filled))))

    @contextmanager
    def ends_tests(self) -> Iterator[None]:
        """Let it come after each test that commits."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: self())
            yield

    def _with_what_refers_to(self, tables: set[str]) -> set[str]:
        """Postgres truncates no table without those that refer to it, though they have no rows."""
        found = set(tables)
        while more := {name for name, referred in self._references if referred in found} - found:
            found |= more
        return found

    def _state_of_kept(self) -> list[str]:
        """Changes with each row that is inserted, updated or deleted."""
        state = "(SELECT (count(*), max(xmin::text::bigint))::text FROM {})"
        states = (sql.SQL(state).format(sql.Identifier(name)) for name in KEPT)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(states)))
            return list(cursor.fetchone())


def _names(tables: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, sorted(tables)))
