import os
import pwd
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.identity import ServerIdentity
from caferoam.local.ports import HOST
from caferoam.local.postgres import PostgresServer, PostgresVersion
from caferoam.local.process import wait_until
from caferoam.local.provision import API, OWNER, WORKER, provision_logins, provision_owner

pytestmark = pytest.mark.slow


def ask(server: PostgresServer, query: str) -> object:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_server_is_of_the_version_asked_for_and_sorts_unicode_by_code_point(
    postgres: PostgresServer, postgres_version: PostgresVersion
) -> None:
    assert str(ask(postgres, "SHOW server_version")).startswith(f"{postgres_version}.")
    assert ask(postgres, "SELECT datctype FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert ask(postgres, "SHOW server_encoding") == "UTF8"


def test_nobody_gets_in_without_the_password(postgres: PostgresServer) -> None:
    for password in ("postgres", "guess"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres.dsn(password=password))
    with pytest.raises(psycopg.OperationalError, match="no password"):
        psycopg.connect(host=HOST, port=postgres.port, user="postgres", password="")


def test_only_the_owner_of_the_files_can_read_the_password(postgres: PostgresServer, tmp_path: Path) -> None:
    mode = (tmp_path / "postgres" / "superuser.password").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_data_is_still_there_after_a_restart(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    postgres.start()
    assert ask(postgres, "SELECT number FROM kept") == 7


def test_a_port_that_another_program_has_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        server = PostgresServer(tmp_path / "postgres", port=port, durable=False)
        with pytest.raises(PortInUseError, match=f"port {port} is already in use: stop the program"):
            server.start()


def test_a_lock_file_whose_number_now_belongs_to_another_program_is_forgotten(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    postgres.stop()
    lock_file = tmp_path / "postgres" / "cluster" / "postmaster.pid"
    lock_file.write_text(f"{os.getpid()}\n{lock_file.parent}\n1\n5432\n\n127.0.0.1\n")
    postgres.start()
    assert ask(postgres, "SELECT 1") == 1


def test_a_server_that_an_earlier_run_left_behind_is_replaced(
    postgres: PostgresServer, postgres_version: PostgresVersion, tmp_path: Path
) -> None:
    left_behind = postgres.process
    with PostgresServer(tmp_path / "postgres", version=postgres_version, durable=False) as successor:
        assert ask(successor, "SELECT 1") == 1
        assert left_behind is not None
        assert left_behind.poll() is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may hand files over to nobody")
class TestWhereTheKernelForbidsNamespacesToRoot:
    NOBODY = pwd.getpwnam("nobody")
    IDENTITY = ServerIdentity(f"{NOBODY.pw_uid}:{NOBODY.pw_gid}", (NOBODY.pw_uid, NOBODY.pw_gid))

    def test_the_server_runs_as_nobody(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o711)
            with PostgresServer(Path(folder) / "postgres", durable=False, identity=self.IDENTITY) as server:
                assert ask(server, "SELECT 1") == 1
                assert server.process is not None
                assert Path(f"/proc/{server.process.pid}").stat().st_uid == self.NOBODY.pw_uid

    def test_a_folder_that_nobody_may_enter_is_named_with_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o700)
        server = PostgresServer(tmp_path / "closed" / "postgres", durable=False, identity=self.IDENTITY)
        with pytest.raises(LocalStackError, match=r"nobody may not enter .*closed: run this as an ordinary user"):
            server.start()


def test_data_of_another_version_is_refused_with_what_to_do(postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.stop()
    (tmp_path / "postgres" / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(LocalStackError, match=r"made by PostgreSQL 15, .*make reset"):
        postgres.start()


def test_an_interrupted_first_start_leaves_nothing_that_looks_like_data(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "cluster.unfinished").mkdir(parents=True)
    (tmp_path / "postgres" / "cluster.unfinished" / "PG_VERSION").write_text("18\n")
    with PostgresServer(tmp_path / "postgres", durable=False) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_server_that_cannot_start_shows_the_end_of_its_log(postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.stop()
    (tmp_path / "postgres" / "cluster" / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(LocalStackError, match="no_such_setting"):
        postgres.start()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent died")
def test_the_server_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from caferoam.local.postgres import PostgresServer\n"
        "server = PostgresServer(pathlib.Path(sys.argv[1]), durable=False)\n"
        "server.start()\n"
        "print(server.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "postgres"], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        server_pid = int(starter.stdout.readline())
        starter.kill()
    assert wait_until(lambda: not (tmp_path / "postgres" / "cluster" / "postmaster.pid").exists(), 60)
    assert wait_until(lambda: not Path(f"/proc/{server_pid}/exe").exists(), 60)


def test_the_owner_is_no_superuser_and_the_logins_start_in_their_roles(postgres: PostgresServer) -> None:
    for _ in range(2):  # the second time finds all of it in place
        owner_dsn = provision_owner(postgres, "owner-secret")
        with psycopg.connect(owner_dsn) as connection:
            for role in ("anon", "authenticated", "service_role"):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(f"CREATE ROLE {role}".encode())
        provision_logins(owner_dsn, api_password="api-secret", worker_password="worker-secret")

    def identity(login: str, password: str) -> tuple[object, ...]:
        with psycopg.connect(postgres.dsn("caferoam", user=login, password=password)) as connection:
            row = connection.execute(
                "SELECT current_user, current_setting('statement_timeout'),"
                " current_setting('idle_in_transaction_session_timeout'),"
                " (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)"
            ).fetchone()
        assert row is not None
        return row

    assert identity(OWNER, "owner-secret") == (OWNER, "0", "0", False)
    assert identity(API, "api-secret") == ("anon", "5s", "10s", False)
    assert identity(WORKER, "worker-secret") == ("service_role", "0", "1min", False)


def test_the_api_login_cannot_become_the_service_role(postgres: PostgresServer) -> None:
    owner_dsn = provision_owner(postgres, "owner-secret")
    with psycopg.connect(owner_dsn) as connection:
        connection.execute("CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS")
    provision_logins(owner_dsn, api_password="api-secret", worker_password="worker-secret")
    with psycopg.connect(postgres.dsn("caferoam", user=API, password="api-secret")) as connection:
        connection.execute("SET ROLE authenticated")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE service_role")


def test_every_new_database_has_vectors(postgres: PostgresServer) -> None:
    owner_dsn = provision_owner(postgres, "owner-secret")
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
    with psycopg.connect(postgres.dsn("another", user=OWNER, password="owner-secret")) as connection:
        row = connection.execute("SELECT '[1,2]'::vector <-> '[1,2]'").fetchone()
    assert row == (0.0,)
