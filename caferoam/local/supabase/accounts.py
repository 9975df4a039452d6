"""What the stand-in's Auth knows of its users: who they are in the database, their passwords and sessions in a file."""

import hashlib
import hmac
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self
from uuid import UUID

import psycopg

from caferoam.local.files import write_private_json
from caferoam.local.members import find_or_make_user
from caferoam.local.stack import read_json

REUSE_INTERVAL: Final = timedelta(seconds=10)
"""For so long a refresh token that was used still works: two tabs of a browser may use it at once."""
_FORGET_TOKENS_AFTER: Final = timedelta(days=7)


@dataclass
class Account:
    """What ``auth.users`` has no column for here. Times are POSIX timestamps; ``password`` is a salted hash."""

    password: str = field(default="", repr=False)
    banned_until: float = 0.0
    last_sign_in_at: float = 0.0
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass
class RefreshToken:
    """Known by its hash alone. Once used, another one takes its place in the session."""

    user_id: str
    session_id: str
    made_at: float
    used_at: float = 0.0


@dataclass(frozen=True)
class User:
    """A row of ``auth.users``, with what is known of it besides."""

    id: UUID
    email: str
    created_at: datetime
    account: Account

    @property
    def is_banned(self) -> bool:
        return self.account.banned_until > time.time()


class ReusedToken(Exception):
    """A refresh token came a second time: one of the two who have it is a thief, so its session has ended."""


class AccountBook:
    """Users by id and e-mail. Safe to share between threads of one process, which alone may write to the file."""

    def __init__(self, file: Path, dsn: Callable[[], str]) -> None:
        self._file = file
        self._dsn = dsn
        self._lock = threading.Lock()
        kept = read_json(file)
        self._accounts = _read(Account, kept, "accounts")
        self._tokens = _read(RefreshToken, kept, "refresh_tokens")

    def find(self, *, user_id: UUID | None = None, email: str = "") -> User | None:
        """The user with this id, or with this e-mail."""
        with psycopg.connect(self._dsn()) as connection:
            row = connection.execute(
                "SELECT id, email, created_at FROM auth.users WHERE id = %s OR lower(email) = %s",
                [user_id, email.lower() or None],
            ).fetchone()
        if row is None:
            return None
        with self._lock:
            account = self._accounts.get(str(row[0]), Account())
        return User(row[0], row[1] or "", row[2], account)

    def sign_up(self, email: str, password: str, metadata: Mapping[str, object]) -> User | None:
        """The new user, or None when the e-mail has one already."""
        if self.find(email=email):
            return None
        with psycopg.connect(self._dsn()) as connection, connection.cursor() as cursor:
            user_id = find_or_make_user(cursor, email.lower())
        with self._changing():
            if str(user_id) in self._accounts:  # another request with this e-mail was quicker
                return None
            self._accounts[str(user_id)] = Account(password=_hashed(password), metadata=dict(metadata))
        return self.find(user_id=user_id)

    def change(self, user_id: UUID, *, password: str = "", metadata: Mapping[str, object] | None = None) -> None:
        """Give the user another password, unless it is empty, and put these metadata into those that there are."""
        with self._changing():
            account = self._accounts.setdefault(str(user_id), Account())
            account.password = _hashed(password) if password else account.password
            account.metadata |= metadata or {}

    def ban(self, user_id: UUID, until: float) -> None:
        """Let the user get no more tokens before this moment; 0 lifts a ban."""
        with self._changing():
            self._accounts.setdefault(str(user_id), Account()).banned_until = until

    def delete(self, user_id: UUID) -> None:
        """Forget the user, and with the row in the database all that hangs on it."""
        with psycopg.connect(self._dsn()) as connection:
            connection.execute("DELETE FROM auth.users WHERE id = %s", [user_id])
        with self._changing():
            self._accounts.pop(str(user_id), None)
            self._tokens = {name: row for name, row in self._tokens.items() if row.user_id != str(user_id)}

    def start_session(self, user: User, *, session_id: str = "") -> tuple[str, str]:
        """A session, new unless it is named, and a refresh token for it."""
        token, session_id, now = secrets.token_urlsafe(16), session_id or str(uuid.uuid4()), time.time()
        with self._changing():
            self._accounts.setdefault(str(user.id), user.account).last_sign_in_at = now
            oldest = now - _FORGET_TOKENS_AFTER.total_seconds()
            self._tokens = {name: row for name, row in self._tokens.items() if not 0 < row.used_at < oldest}
            self._tokens[_digest(token)] = RefreshToken(str(user.id), session_id, now)
        return session_id, token

    def use(self, token: str) -> RefreshToken | None:
        """Use a refresh token up; None for one that does not exist.

        Raises:
            ReusedToken: it was used before.
        """
        with self._changing():
            row = self._tokens.get(_digest(token))
            if row is None:
                return None
            now = time.time()
            if row.used_at and now - row.used_at > REUSE_INTERVAL.total_seconds():
                self._end(lambda other: other.session_id == row.session_id)
                raise ReusedToken
            row.used_at = row.used_at or now
            return row

    def has_session(self, session_id: str) -> bool:
        """Whether it goes on: nobody has ended it."""
        with self._lock:
            return any(row.session_id == session_id for row in self._tokens.values())

    def end_sessions(self, user_id: str, *, session_id: str, scope: str) -> None:
        """End this session (``local``), all the user's but this one (``others``), or all of them."""
        with self._changing():
            self._end(
                lambda row: (
                    row.user_id == user_id
                    and (scope != "local" or row.session_id == session_id)
                    and (scope != "others" or row.session_id != session_id)
                )
            )

    def _end(self, meant: Callable[[RefreshToken], bool]) -> None:
        self._tokens = {name: row for name, row in self._tokens.items() if not meant(row)}

    def _changing(self) -> "_Change":
        return _Change(self._lock, self._save)

    def _save(self) -> None:
        write_private_json(
            self._file,
            {
                "accounts": {name: asdict(row) for name, row in self._accounts.items()},
                "refresh_tokens": {name: asdict(row) for name, row in self._tokens.items()},
            },
        )


@dataclass(frozen=True)
class _Change:
    """Holds the lock, and writes the file at the end, whatever the end is."""

    lock: threading.Lock
    save: Callable[[], None]

    def __enter__(self) -> Self:
        self.lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.save()
        finally:
            self.lock.release()


def has_password(user: User, password: str) -> bool:
    """Whether this is the user's password."""
    with suppress(ValueError):
        salt, kept = (bytes.fromhex(part) for part in user.account.password.split("$"))
        return hmac.compare_digest(_scrypt(password, salt), kept)
    return False


def iso(moment: float) -> str | None:
    """A timestamp as Auth writes it; None for one that never was."""
    return datetime.fromtimestamp(moment, UTC).isoformat() if moment else None


def _read[Row: (Account, RefreshToken)](kind: type[Row], kept: Mapping[str, object], table: str) -> dict[str, Row]:
    rows = kept.get(table)
    return {name: kind(**row) for name, row in rows.items()} if isinstance(rows, dict) else {}


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**13, r=8, p=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
