"""The issuer's public keys, held in memory.

Why our own and not PyJWT's client: that one fetches under a lock which every request takes, so three forged key ids and
a slow endpoint stall honest members for nine seconds. Here a key in force is read without any lock, one fetch runs at a
time, and only the request that began it waits for it.

| age of the keys | what happens |
|---|---|
| under 5 min | used |
| 5 to 10 min | used, and renewed in the background |
| over 10 min | renewed first, so that a revoked key ends; while the endpoint fails: used, and an alarm is logged |
| over 1 h, or never loaded | nothing to verify with: ``KeysUnavailableError`` until a fetch succeeds |

An unknown key id may begin a fetch once in 20 s, whoever asks.
"""

import http.client
import logging
import os
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from caferoam.api.keys import VerificationKey, parse_key_set

logger = logging.getLogger(__name__)

REFRESH_AFTER_S = 5 * 60
HARD_LIMIT_S = 10 * 60
STALE_LIMIT_S = 60 * 60
RETRY_AFTER_S = 20
COLD_RETRY_AFTER_S = 2
FETCH_TIMEOUT_S = 3.0
# Less than a fetch may take, so that the answer to an unknown key id stays under 3 s.
WAIT_S = 2.5
DOCUMENT_MAX_BYTES = 64 * 1024


class KeysUnavailableError(Exception):
    """No key could be loaded, so no token can be judged."""

    retry_after = timedelta(seconds=COLD_RETRY_AFTER_S)


class KeyCache:
    """Keys of one JWKS endpoint, shared by the threads of one process and safe to carry through a fork.

    ``clock`` is monotonic, in seconds. ``allow_empty`` accepts a key set without a usable key, which is what a project
    that still signs with its secret publishes.
    """

    def __init__(self, url: str, *, allow_empty: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._allow_empty = allow_empty
        self._clock = clock
        self._keys: Mapping[str, VerificationKey] = MappingProxyType({})
        self._loaded_at: float | None = None
        self._attempted_at: float | None = None
        self._failing = False
        self._lock = threading.Lock()
        self._flight: threading.Event | None = None
        in_child = weakref.WeakMethod(self._leave_parent_behind)
        os.register_at_fork(after_in_child=lambda: (method := in_child()) and method())

    def get(self, kid: str) -> VerificationKey | None:
        """The key if it is known and in force now; never waits."""
        return self._keys.get(kid) if self._in_force() else None

    def find(self, kid: str) -> VerificationKey | None:
        """The key, asking the endpoint where the table above says so; waits for at most ``WAIT_S`` seconds.

        Raises:
            KeysUnavailableError: there is nothing to verify any token with.
        """
        if not self._in_force():
            self._renew(at_most_every_s=COLD_RETRY_AFTER_S, join=True)
            if not self._in_force():
                raise KeysUnavailableError
        elif kid not in self._keys:
            # Those who come while a fetch runs are refused at once: forged ids must not tie up every thread.
            self._renew(at_most_every_s=RETRY_AFTER_S, join=False)
        elif self._age() > HARD_LIMIT_S and not self._failing:
            self._renew(at_most_every_s=0, join=True)
        elif self._age() > REFRESH_AFTER_S:
            self._begin(at_most_every_s=RETRY_AFTER_S)
        return self._keys.get(kid)

    def warm(self) -> None:
        """Begin to load the keys in the background, so that the first request finds them."""
        if not self._in_force():
            self._begin(at_most_every_s=COLD_RETRY_AFTER_S)

    def ready(self) -> bool:
        """Whether tokens can be judged, after trying to load the keys once."""
        if not self._in_force():
            self._renew(at_most_every_s=COLD_RETRY_AFTER_S, join=True)
        return self._in_force()

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._clock() - self._loaded_at

    def _in_force(self) -> bool:
        return self._age() <= STALE_LIMIT_S

    def _renew(self, *, at_most_every_s: float, join: bool) -> None:
        """Fetch and wait; ``join`` also waits for a fetch that somebody else began."""
        flight, begun_here = self._begin(at_most_every_s=at_most_every_s)
        if flight is not None and (begun_here or join):
            flight.wait(WAIT_S)

    def _begin(self, *, at_most_every_s: float) -> tuple[threading.Event | None, bool]:
        """The running fetch, if any, and whether this call began it."""
        with self._lock:
            if self._flight is not None:
                return self._flight, False
            now = self._clock()
            if self._attempted_at is not None and now - self._attempted_at < at_most_every_s:
                return None, False
            done = threading.Event()
            # Begun first, noted second: if no thread can be had, the next caller tries again.
            threading.Thread(target=self._run, args=(done,), name="jwks", daemon=True).start()
            self._attempted_at = now
            self._flight = done
            return done, True

    def _run(self, done: threading.Event) -> None:
        try:
            keys = parse_key_set(fetch(self._url))
            if not keys and not self._allow_empty:
                raise ValueError("The key set holds no usable key.")  # noqa: TRY301 - handled like an unreadable one
        except (OSError, http.client.HTTPException, ValueError) as exc:
            self._failing = True
            alarm = self._loaded_at is not None and self._age() > HARD_LIMIT_S
            logger.log(
                logging.ERROR if alarm else logging.WARNING,
                "The token keys cannot be fetched (%s)%s",
                exc or type(exc).__name__,
                f"; those of {self._age() / 60:.0f} minutes ago are used." if alarm else ".",
            )
        else:
            self._keys = MappingProxyType(keys)
            self._loaded_at = self._clock()
            self._failing = False
        finally:
            with self._lock:
                self._flight = None
            done.set()

    def _leave_parent_behind(self) -> None:
        # The parent's fetching thread does not exist in the child, and its lock may be held for ever.
        self._lock = threading.Lock()
        self._flight = None
        self._attempted_at = None


def fetch(url: str) -> bytes:
    """The document behind ``url``: one request, no redirects, at most 64 KB, all within ``FETCH_TIMEOUT_S``.

    Raises:
        OSError, http.client.HTTPException: the endpoint cannot be reached, or dawdles.
        ValueError: it answers anything but 200, or too much.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=FETCH_TIMEOUT_S)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        connection.connect()
        with _time_limit(connection.sock):
            connection.request("GET", target, headers={"Accept": "application/json"})
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise ValueError(f"The endpoint answered {response.status}.")
            document = response.read(DOCUMENT_MAX_BYTES + 1)
    finally:
        connection.close()
    if len(document) > DOCUMENT_MAX_BYTES:
        raise ValueError("The document is too large.")
    return document


@contextmanager
def _time_limit(sock: socket.socket) -> Iterator[None]:
    """Bound the whole exchange: a socket's own timeout begins anew with every byte that drips in."""

    def hang_up() -> None:
        with suppress(OSError):  # it may have ended in this very moment
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(FETCH_TIMEOUT_S, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
