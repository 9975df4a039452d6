"""Vendors' clients, kept as long as the process lives."""

import atexit
import os
import threading
from collections.abc import Callable, Hashable


class PerProcess[Key: Hashable, Client]:
    """One client for each key, made when it is first asked for, shared by threads, and not by processes.

    A child that is forked begins without any: a connection shared with its parent would mix up their answers. ``close``
    is called for each when the process ends. To be held by a module, for it stays known to the process for ever.
    """

    def __init__(self, make: Callable[[Key], Client], *, close: Callable[[Client], object] | None = None) -> None:
        self._make = make
        self._close = close
        self._lock = threading.Lock()
        self._made: dict[Key, Client] = {}
        os.register_at_fork(after_in_child=self._leave_parent_behind)
        atexit.register(self._close_all)

    def of(self, key: Key) -> Client:
        """The client for these settings."""
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(key)
            return self._made[key]

    def _leave_parent_behind(self) -> None:
        self._lock = threading.Lock()  # the parent's may have been held when it forked, for ever
        self._made = {}

    def _close_all(self) -> None:
        with self._lock:
            made, self._made = self._made, {}
        if self._close is not None:
            for client in made.values():
                self._close(client)
