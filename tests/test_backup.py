"""A backup is worth what comes back of it: docs/operations.md's own commands, from one cluster into a new one."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from caferoam.api.principal import Principal
from caferoam.jobs import endings, enqueue
from caferoam.jobs.models import Job
from caferoam.local.postgres import PostgresServer, PostgresVersion, postgres_binaries
from caferoam.local.provision import API, OWNER, provision_logins, provision_owner
from caferoam.testing.database import ApiClient, database_url
from caferoam.testing.jobs import drain
from caferoam.testing.plugin import PASSWORDS
from caferoam.testing.storage import StorageStub
from shops.models import Shop
from tests import leaving

DOCUMENT: Final = settings.BASE_DIR / "docs" / "operations.md"
BLOCKS: Final = dict(re.findall(r"```sh\n# ([^\n]+)\n(.*?)```", DOCUMENT.read_text(), flags=re.DOTALL))
VERSION: Final[PostgresVersion] = "16" if os.environ.get("CAFEROAM_TEST_PG") == "16" else "18"

# What a project of Supabase has before anything of ours is in it. The columns of auth.users are the stand-in's.
SUPABASE = """
CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, created_at timestamptz NOT NULL);
CREATE TABLE auth.sessions (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users);
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.users TO service_role;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' AS
    $f$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $f$;
GRANT EXECUTE ON FUNCTION auth.uid() TO anon, authenticated, service_role;
CREATE SCHEMA storage;
CREATE TABLE storage.objects (id uuid PRIMARY KEY, bucket_id text, name text);
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
"""
HELPERS, QUERIES = (settings.BASE_DIR / "tests" / "backup.sql").read_text().split("%%\n")
CATALOGUE: Final = dict(re.findall(r"^-- ([a-z ]+)\n((?:(?!--).*\n)+)", QUERIES, flags=re.MULTILINE))


def catalogue(owner: psycopg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that makes the database what it is, but for its rows."""
    owner.execute(HELPERS)
    return {name: sorted(map(plain, owner.execute(query).fetchall()), key=repr) for name, query in CATALOGUE.items()}


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without casts and parentheses: an expression that was read again has them elsewhere, and means the same."""
    cast = r"::(character varying|text)(\[\])?|[()]"
    return tuple(re.sub(cast, "", field) if isinstance(field, str) else field for field in row)


def rows(owner: psycopg.Connection) -> dict[str, tuple[int, str]]:
    """Of each table, how many rows it has, and a checksum of them."""
    tables = owner.execute(
        "SELECT schemaname, tablename FROM pg_tables"
        " WHERE schemaname IN ('public', 'private') OR (schemaname, tablename) = ('auth', 'users')"
    ).fetchall()
    found = {}
    for schema, table in tables:
        query = sql.SQL("SELECT count(*), coalesce(md5(string_agg(t::text, ' ' ORDER BY t::text)), '') FROM {} AS t")
        ((count, checksum),) = owner.execute(query.format(sql.Identifier(schema, table))).fetchall()
        found[f"{schema}.{table}"] = (count, checksum)
    return found


def without_the_hour(answer: Any) -> Any:
    """Without what changes by itself: a café may open or close meanwhile."""
    if isinstance(answer, list):
        return [without_the_hour(each) for each in answer]
    if isinstance(answer, dict):
        hour = {"is_open_now", "next_change_at"}
        return {name: without_the_hour(value) for name, value in answer.items() if name not in hour}
    return answer


def run(block: str, folder: Path, owner_dsn: str) -> None:
    """Run a block of the document, as somebody who follows it does."""
    done = subprocess.run(
        ["sh", "-eu", "-c", BLOCKS[block]],
        cwd=settings.BASE_DIR,
        env={
            "PATH": f"{postgres_binaries(VERSION)}:{os.environ['PATH']}",
            "OWNER_DATABASE_URL": owner_dsn,
            "BACKUP": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def speaking_to(dsn: str) -> Iterator[None]:
    """Let Django's default connection lead to another database. The tests' own logins have the same names there."""
    before, settings_before = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    parts = conninfo_to_dict(dsn)
    there = {"NAME": parts["dbname"], "HOST": parts["host"], "PORT": parts["port"], "USER": parts["user"]}
    connections.settings[DEFAULT_DB_ALIAS] = {**before.settings_dict, **there, "PASSWORD": parts["password"]}
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections.settings[DEFAULT_DB_ALIAS] = settings_before
        connections[DEFAULT_DB_ALIAS] = before


@pytest.fixture
def new_project(tmp_path: Path) -> Iterator[str]:
    """The owner's address of an empty database of another cluster, with what Supabase has."""
    with PostgresServer(tmp_path / "postgres", version=VERSION, durable=False) as server:
        dsn = provision_owner(server, PASSWORDS[OWNER], database="restored")
        with psycopg.connect(dsn) as connected:
            connected.execute(SUPABASE)
        yield dsn


@pytest.mark.slow
def test_what_is_restored_into_a_new_project_is_what_was_backed_up(  # noqa: PLR0917 - fixtures
    new_project: str,
    owner: psycopg.Connection,
    api: ApiClient,
    member: Principal,
    other_member: Principal,
    bearer: Callable[[Principal], dict[str, str]],
    storage_stub: StorageStub,
    tmp_path: Path,
) -> None:
    call_command("load_taxonomy", verbosity=0)
    call_command("load_demo", verbosity=0)
    assert drain(["enrich_shop", "generate_embedding"])["completed"] == 24
    shop = Shop.objects.order_by("id").first()
    assert shop is not None
    leaving.live(owner, storage_stub, member, shop.id)
    running = enqueue("staleness_sweep", {})
    owner.execute(
        "UPDATE job_queue SET status = 'claimed', attempts = 1, claimed_at = now() - interval '1 hour' WHERE id = %s",
        [running],
    )

    def seen() -> list[Any]:
        """What a guest and two members see."""
        asked = [("/shops", None), ("/search?text=安靜有插座", other_member), ("/lists", member), ("/stamps", member)]
        answers = [api.get(path, headers=bearer(who) if who else {}) for path, who in asked]
        assert [answer.status_code for answer in answers] == [200] * len(asked)
        return [without_the_hour(answer.json()) for answer in answers]

    before, rows_before, seen_before = catalogue(owner), rows(owner), seen()
    assert sum(count for count, _ in rows_before.values()) > 300
    run("Back up", tmp_path, database_url(OWNER))
    run("Restore", tmp_path, new_project)

    with psycopg.connect(new_project, autocommit=True) as restored:
        after = catalogue(restored)
        for name, known in before.items():
            assert known, f"nothing was compared: {name}"
            assert after[name] == known, name
        assert rows(restored) == rows_before
        policies = BLOCKS["Restore what is Storage's"].partition("<<'SQL'\n")[2].partition("SQL\n")[0]
        restored.execute(policies)
        assert restored.execute("SELECT count(*) FROM pg_policies WHERE schemaname = 'storage'").fetchone() == (2,)
        provision_logins(new_project, api_password=PASSWORDS[API], worker_password=PASSWORDS["caferoam_worker"])

    with speaking_to(new_project):
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)
        assert seen() == seen_before
        assert endings.rescue(settings.JOBS_LEASE) == {"pending": 1}
        Job.objects.filter(id=running).update(scheduled_at=TransactionNow())
        assert drain(["staleness_sweep"]) == {"completed": 1}
