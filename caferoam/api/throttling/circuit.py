"""Leaving a server alone that did not answer, so that only few requests wait for it."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta


class Circuit:
    """Open after a failure: for ``rest`` nobody tries, then one caller at a time, once in each ``rest``.

    ``clock`` counts seconds.
    """

    def __init__(self, *, rest: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest_s = rest.total_seconds()
        self._clock = clock
        self._lock = threading.Lock()
        self._next_try: float | None = None

    def may_try(self) -> bool:
        """Whether the caller may go on. Who does must tell how it went."""
        with self._lock:
            if self._next_try is None:
                return True
            now = self._clock()
            if now < self._next_try:
                return False
            self._next_try = now + self._rest_s
            return True

    def failed(self) -> bool:
        """It did not answer. Says whether that is news."""
        with self._lock:
            is_news = self._next_try is None
            self._next_try = self._clock() + self._rest_s
            return is_news

    def worked(self) -> bool:
        """It answered. Says whether that is news."""
        with self._lock:
            is_news = self._next_try is not None
            self._next_try = None
            return is_news
