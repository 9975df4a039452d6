"""A Postgres and a Valkey to be broken, and back again on the same ports."""

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psycopg
import redis

from caferoam.local import ports
from caferoam.local.postgres import PostgresServer
from caferoam.local.provision import API, DATABASE, OWNER, WORKER, provision_logins, provision_owner
from caferoam.local.stack import CHECKOUT, OF_OTHER_STACKS
from caferoam.local.valkey import ValkeyServer

# Below the range from which the kernel takes ports for outgoing connections. A client that keeps knocking at a port of
# that range while the server is away will some day connect to itself.
_STEADY_PORTS = range(20_000, 32_000)


def steady_port() -> int:
    """A free port that stays free while its server is down."""
    while not ports.is_free(port := random.choice(_STEADY_PORTS)):  # noqa: S311 - no secret
        pass
    return port


class Servers:
    """Both servers and the database with the product's migrations, in ``folder``. Usable as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.postgres = PostgresServer(folder / "postgres", port=steady_port(), durable=True)
        self.valkey = ValkeyServer(folder / "valkey", port=steady_port())
        self._passwords = {login: secrets.token_urlsafe(16) for login in (OWNER, API, WORKER)}
        self._secret_key = secrets.token_urlsafe(40)

    def start(self) -> None:
        """Start both, and make the database, the product's tables, the logins and the ledger."""
        self.postgres.start()
        self.valkey.start()
        provision_owner(self.postgres, self._passwords[OWNER])
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(migrate, env=self.environment(OWNER), cwd=CHECKOUT, check=True)
        provision_logins(self.dsn(OWNER), api_password=self._passwords[API], worker_password=self._passwords[WORKER])
        with psycopg.connect(self.dsn(OWNER)) as connection:
            connection.execute("CREATE TABLE ledger (job_id uuid NOT NULL)")
            connection.execute("GRANT ALL ON ledger TO service_role")

    def mend(self) -> None:
        """Start what is down and let go on what is frozen."""
        for server in (self.postgres, self.valkey):
            if server.process is None or server.process.poll() is not None:
                server.start()
            else:
                server.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def dsn(self, login: str, *, port: int | None = None) -> str:
        """The database's address for one of the product's logins; through ``port`` where something stands before it."""
        return f"postgresql://{login}:{self._passwords[login]}@{ports.HOST}:{port or self.postgres.port}/{DATABASE}"

    def valkey_url(self, *, port: int) -> str:
        """Valkey's address through ``port``."""
        return self.valkey.url.replace(f":{self.valkey.port}/", f":{port}/")

    def password(self, login: str) -> str:
        return self._passwords[login]

    def environment(self, login: str) -> dict[str, str]:
        """What a process of the product needs, and nothing that the shell says of another stack."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(OF_OTHER_STACKS)}
        return ours | {
            "CAFEROAM_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "caferoam.settings",
            "SECRET_KEY": self._secret_key,
            "DATABASE_URL": self.dsn(login),
            "REDIS_URL": self.valkey.url,
            "SUPABASE_URL": f"http://{ports.HOST}:9",  # the discard port: nothing here asks for keys
        }

    def broker(self) -> redis.Redis:
        """A client of Valkey for the experiment's own eyes and hands."""
        return redis.Redis.from_url(self.valkey.url, socket_timeout=5)

    def terminate_backends(self, *, login: str = WORKER) -> int:
        """End all database sessions of that login, as an administrator would, and count them."""
        with psycopg.connect(self.postgres.dsn(), autocommit=True) as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s", [login]
            ).fetchone()
        return ended[0] if ended else 0

    def sessions(self, *, saying: str = "") -> list[str]:
        """The names of the database sessions whose last statement begins so. A superuser alone is shown all of them."""
        with psycopg.connect(self.postgres.dsn()) as connection:
            query = "SELECT application_name FROM pg_stat_activity WHERE starts_with(query, %s)"
            return [row[0] for row in connection.execute(query, [saying])]

    def crash_postgres(self, *, down_s: float) -> None:
        """End Postgres as a power cut would, and start it again after a while."""
        self.stop_postgres_at_once()
        time.sleep(down_s)
        self.postgres.start()

    def stop_postgres_at_once(self) -> None:
        """``pg_ctl stop -m immediate``: no checkpoint, no farewell."""
        process = self.postgres.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(10)

    def kill_valkey(self) -> None:
        """Kill -9. What comes back by ``valkey.start()`` is empty."""
        process = self.valkey.process
        assert process is not None
        process.kill()
        process.wait(10)

    def freeze_valkey(self) -> None:
        """Connections stay open, and nobody answers."""
        assert self.valkey.process is not None
        self.valkey.process.send_signal(signal.SIGSTOP)

    def thaw_valkey(self) -> None:
        assert self.valkey.process is not None
        self.valkey.process.send_signal(signal.SIGCONT)
