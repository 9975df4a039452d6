"""Going without the embedder for a while once it has failed several times in a row.

A vendor that hangs costs each new search text the whole of its timeout, and a thread of the API with it. So after a few
failures nobody asks any more; when the rest is over one search tries again, and the others go without until it knows.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from shops.search import metrics

FAILURES: Final = 3
REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=5)
"""However long a vendor asks to be left alone: a search only loses its meaning meanwhile, so trying is cheap."""


class EmbedderRests(ProviderUnavailable):
    """Nobody asks the embedder at the moment."""


class Breaker:
    """Of one embedder in this process. Safe to share between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until: float | None = None
        self._is_tried = False
        self._is_retired = False
        self._is_counted = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask the embedder inside the block. What escapes from it is a failure, unless the embedder has refused.

        Raises:
            EmbedderRests: do not ask.
        """
        self._enter()
        try:
            yield
        except ProviderRefused:
            self._well()
            raise
        except BaseException as exc:
            self._failed(exc.retry_after if isinstance(exc, ProviderUnavailable) else None)
            raise
        self._well()

    def retire(self) -> None:
        """Count no more as resting: another embedder is asked from now on, so nobody would find out that it is well."""
        with self._lock:
            self._is_retired = True
            self._count()

    def _enter(self) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            left = self._rests_until - self._clock()
            if self._is_tried or left > 0:
                raise EmbedderRests(f"It has failed {self._failures} times in a row, and is left alone for a while.")
            self._is_tried = True

    def _well(self) -> None:
        with self._lock:
            self._failures, self._rests_until, self._is_tried = 0, None, False
            self._count()

    def _failed(self, retry_after: timedelta | None) -> None:
        with self._lock:
            self._failures += 1
            self._is_tried = False
            if self._failures < FAILURES:
                return
            rest = min(max(REST, retry_after or REST), LONGEST_REST)
            self._rests_until = self._clock() + rest.total_seconds()
            self._count()

    def _count(self) -> None:
        """The lock must be held."""
        counts = self._rests_until is not None and not self._is_retired
        if counts != self._is_counted:
            metrics.resting.add(by=1 if counts else -1)
            self._is_counted = counts
