"""Where the local stack keeps its files, and what it leaves there for others to find it by.

``.local/lock`` is held by the supervisor for as long as it lives, so it alone says whether a stack runs. ``run.json``
is for people and scripts: addresses, no secrets. ``stack.json`` is for ``manage.py`` in a second terminal: the logins.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from caferoam.local.files import write_private_json
from caferoam.processes import Login

# Variables in the user's shell that would make a process here speak to a database, a broker or a project elsewhere.
OF_OTHER_STACKS: Final = (
    *("PG", "LISTEN_DATABASE_URL", "SUPABASE_", "CELERY_", "GRANIAN_"),
    *("SENTRY_", "METRICS_", "PROMETHEUS_"),
)

CHECKOUT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class LocalFiles:
    """The folder ``.local`` of this checkout, or the one that CAFEROAM_LOCAL_DIR names."""

    root: Path

    @classmethod
    def here(cls) -> Self:
        return cls(Path(os.environ.get("CAFEROAM_LOCAL_DIR") or CHECKOUT / ".local").absolute())

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def signing_key(self) -> Path:
        return self.root / "keys" / "es256.pem"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    @property
    def run(self) -> Path:
        return self.root / "run.json"

    @property
    def stack(self) -> Path:
        return self.root / "stack.json"

    def make(self) -> None:
        """Make the folders. Others may pass through (a server may run as another user), but list and read nothing."""
        self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (self.logs, self.signing_key.parent):
            folder.mkdir(mode=0o700, exist_ok=True)


@dataclass(frozen=True)
class StackSecrets:
    """Made at the first start and kept, so that a second start finds its database and its sessions again."""

    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    owner_password: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    api_password: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    worker_password: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    admin_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))  # people type it
    supabase_publishable_key: str = field(default_factory=lambda: f"sb_publishable_{secrets.token_urlsafe(24)}")
    supabase_secret_key: str = field(default_factory=lambda: f"sb_secret_{secrets.token_urlsafe(24)}")
    storage_signing_key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        kept = read_json(path)
        complete = cls(**{name: str(value) for name, value in kept.items()})
        if asdict(complete) != kept:  # there are none yet, or they are from a version that had fewer
            write_private_json(path, asdict(complete))
        return complete


@dataclass(frozen=True)
class Stack:
    """How to speak to a running stack: one database address per login, what every process needs besides, and psql."""

    database_urls: Mapping[Login, str]
    common: Mapping[str, str]
    supabase_secret_key: str
    postgres_binaries: str

    def environment(self, login: Login, *, with_secret_key: bool) -> dict[str, str]:
        """The environment variables of a process with this login, and with the key to all of Supabase or without it."""
        secret = {"SUPABASE_SECRET_KEY": self.supabase_secret_key} if with_secret_key else {}
        return {**self.common, **secret, "DATABASE_URL": self.database_urls[login]}

    def publish(self, path: Path) -> None:
        write_private_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text()))


def read_json(path: Path) -> dict[str, object]:
    """The object in the file, or an empty one where there is no file."""
    with suppress(FileNotFoundError):
        content: dict[str, object] = json.loads(path.read_text())
        return content
    return {}


def try_lock(path: Path) -> IO[bytes] | None:
    """Take the lock for as long as the returned file stays open, or None when another process holds it."""
    handle = path.open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def is_running(files: LocalFiles) -> bool:
    """Whether a supervisor lives. Asks for a shared lock, which any number of askers get at once."""
    try:
        handle = files.lock.open("rb")
    except FileNotFoundError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
