"""Keeping a thread and the forks of its process apart."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_S: Final = 3.0


class ForkBarrier:
    """While a thread is inside ``kept_from_forks`` the process forks no child.

    Needed around all use of the database driver in a process that forks: a child gets a copy of every lock of OpenSSL
    as it is at that moment. One that another thread holds is never released in the child, whose first connection then
    hangs where not even a soft time limit reaches it.

    A fork waits three seconds at most (``patience_s``), then it goes on: better a child that may hang than a pool that
    does.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._holds = False
        os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._begin_anew)

    @contextmanager
    def kept_from_forks(self) -> Iterator[None]:
        """Wait for a fork that is going on, and let further ones wait."""
        with self._lock:
            yield

    def _before(self) -> None:
        self._holds = self._lock.acquire(timeout=self._patience_s)

    def _after(self) -> None:
        if self._holds:
            self._holds = False
            self._lock.release()

    def _begin_anew(self) -> None:
        # The thread that may have held it does not exist here.
        self._lock = threading.Lock()
        self._holds = False
