"""Hearing at once that a job was queued."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Final

import psycopg

from caferoam.jobs.backoff import Backoff

CHANNEL: Final = "job_queue"
HEARTBEAT_S: Final = 15.0
PATIENCE_S: Final = 5.0

logger = logging.getLogger("caferoam.jobs.relay")

type Notify = Callable[[str], None]


class Listener:
    """A session that LISTENs. It only makes things faster: whoever uses it polls as well.

    A session can look healthy and be deaf: its socket half open, or a pooler in between that drops the LISTEN. So every
    15 s a message is sent through ``notify``, another session, and must come back through this one.
    """

    def __init__(self, dsn: str, notify: Notify, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._dsn = dsn
        self._notify = notify
        self._clock = clock
        self._connection: psycopg.Connection | None = None
        self._backoff = Backoff(clock=clock)
        self._echo = ""
        self._echo_due = 0.0
        self._heard_at = clock()

    @property
    def is_listening(self) -> bool:
        return self._connection is not None

    @property
    def heard_age_s(self) -> float:
        """Since anything was last heard, or since it was made."""
        return self._clock() - self._heard_at

    def fileno(self) -> int | None:
        """What to wait on, or None while there is no session."""
        return None if self._connection is None else self._connection.fileno()

    def tend(self) -> None:
        """Connect where there is no session, and send or miss the heartbeat. Call it at least every few seconds."""
        if self._connection is None:
            if not self._backoff.remaining_s:
                self._connect()
        elif self._echo and self._clock() > self._echo_due:
            self._lose(
                "what is sent to it does not arrive; is LISTEN_DATABASE_URL a direct connection, without a pooler?"
            )
        elif not self._echo and self._clock() >= self._echo_due:
            self._send_echo()

    def drain(self) -> None:
        """Take what has arrived off the session."""
        if self._connection is None:
            return
        try:
            for message in self._connection.notifies(timeout=0):
                self._heard_at = self._clock()
                if self._echo and message.payload == self._echo:
                    self._echo = ""
                    self._echo_due = self._clock() + HEARTBEAT_S
                    if self._backoff.succeeded():
                        logger.info("listening again")
        except psycopg.Error as exc:
            self._lose(str(exc).strip() or type(exc).__name__)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        try:
            self._connection = psycopg.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=5,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                tcp_user_timeout=30_000,
            )
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as exc:
            self._lose(str(exc).strip())
        else:
            self._send_echo()

    def _send_echo(self) -> None:
        self._echo = f"echo {uuid.uuid4()}"
        self._echo_due = self._clock() + PATIENCE_S
        self._notify(self._echo)

    def _lose(self, why: str) -> None:
        self.close()
        self._echo = ""
        logger.warning("not listening, so jobs start by polling; next try in %.0f s: %s", self._backoff.failed(), why)
