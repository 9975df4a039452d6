"""PgBouncer in transaction mode: each transaction gets whatever session is free, and leaves it to anybody."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from caferoam.local import ports
from caferoam.local.files import write_private
from caferoam.local.identity import server_identity
from caferoam.local.process import becomes_ready, kill_group, last_lines, launch_command


class Absent(Exception):
    """PgBouncer is not installed here."""


@contextmanager
def pgbouncer(
    home: Path, *, postgres_port: int, database: str, passwords: Mapping[str, str], sessions: int
) -> Iterator[int]:
    """Run it before a Postgres on this machine, with so many sessions for each login; its port.

    ``home`` is made for its files, ``passwords`` are those of the logins that may pass.

    Raises:
        Absent
        RuntimeError: it does not start.
    """
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        raise Absent("pgbouncer is not here (Debian has it in the package pgbouncer)")
    home.mkdir(mode=0o711)
    port = ports.free_port()
    write_private(home / "users.txt", "".join(f'"{login}" "{word}"\n' for login, word in passwords.items()))
    settings = {
        "listen_addr": ports.HOST,
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": home / "users.txt",
        "pool_mode": "transaction",
        "default_pool_size": sessions,
        "max_client_conn": 200,
        "logfile": home / "pgbouncer.log",
    }
    lines = [
        "[databases]",
        f"{database} = host={ports.HOST} port={postgres_port}",
        "[pgbouncer]",
        *(f"{name} = {value}" for name, value in settings.items()),
    ]
    write_private(home / "pgbouncer.ini", "\n".join(lines) + "\n")
    identity = server_identity()  # like Postgres, it refuses to run as root
    identity.give(home, home / "users.txt", home / "pgbouncer.ini")
    command = launch_command([program, "-q", home / "pgbouncer.ini"], identity=identity.launch)
    with (home / "output.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    login, password = next(iter(passwords.items()))
    dsn = make_conninfo(host=ports.HOST, port=port, dbname=database, user=login, password=password)
    try:
        if not becomes_ready(process, lambda: _answers(dsn), 60):
            raise RuntimeError(f"pgbouncer did not start: {last_lines(home / 'output.log')}")
        yield port
    finally:
        kill_group(process)


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True
