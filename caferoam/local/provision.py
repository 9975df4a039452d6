"""Fill a bare cluster with what Supabase would have: an owner that is no superuser, its database, the logins."""

from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from caferoam.local.postgres import PostgresServer

OWNER: Final = "caferoam_owner"
API: Final = "caferoam_api"
WORKER: Final = "caferoam_worker"
DATABASE: Final = "caferoam"

ROLES_SQL: Final = Path(__file__).resolve().parents[2] / "ops" / "roles.sql"


def provision_owner(server: PostgresServer, password: str, *, database: str = DATABASE) -> str:
    """Make the owner's login and its database where absent, and return the owner's address of that database.

    The owner may do what ``postgres`` may on Supabase: make roles and databases, see through row-level security, look
    at sessions and end them. It may do no more, so that a migration which needs a superuser fails here already.
    ``vector`` goes into template1, because creating it does need one; every database made later (by a test run, say)
    then has it.
    """
    with psycopg.connect(server.dsn("template1"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN CREATEROLE CREATEDB BYPASSRLS PASSWORD {}").format(
                sql.Identifier(OWNER), sql.Literal(password)
            )
        )
        connection.execute(
            sql.SQL("GRANT pg_monitor, pg_signal_backend TO {} WITH ADMIN OPTION").format(sql.Identifier(OWNER))
        )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
    return server.dsn(database, user=OWNER, password=password)


def provision_logins(owner_dsn: str, *, api_password: str, worker_password: str) -> None:
    """Make the API's and the worker's logins by ``ops/roles.sql`` and set their passwords. Migrations come first."""
    with psycopg.connect(owner_dsn) as connection:
        connection.execute(ROLES_SQL.read_bytes())
        for login, password in ((API, api_password), (WORKER, worker_password)):
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(password))
            )
