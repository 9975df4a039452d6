"""What each process reads of the database and keeps for some seconds, so that a search usually asks nothing but itself.

When it is due, one request reads it again while the others go on with what was read before.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Final

KEPT_FOR: Final = timedelta(seconds=10)
USABLE_FOR: Final = timedelta(minutes=1)


class Kept[T](ABC):
    """What this process read last, for all its threads.

    What is older than ``usable_for``, because nobody asked for so long, is not used any more: those who come while it
    is being read wait for that.
    """

    def __init__(
        self,
        *,
        kept_for: timedelta = KEPT_FOR,
        usable_for: timedelta = USABLE_FOR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept_for_s = kept_for.total_seconds()
        self._usable_for_s = usable_for.total_seconds()
        self._clock = clock
        self._read: tuple[float, T] | None = None
        self._reading = threading.Lock()

    @abstractmethod
    def read(self, before: T | None) -> T:
        """Read it from the database, which shows what the caller may see. ``before`` is what was read last."""

    def current(self, bound: Callable[[], AbstractContextManager[object]] = nullcontext) -> T:
        """What was read, read again if it is due, within ``bound()``.

        One thread reads at a time. Others wait for it only if there is nothing that they could use.
        """
        if (value := self.fresh()) is not None:
            return value
        known = self._read
        if known is not None and self._clock() - known[0] < self._usable_for_s:
            if not self._reading.acquire(blocking=False):
                return known[1]
        else:
            self._reading.acquire()
        try:
            if (value := self.fresh()) is not None:  # read by the one that was waited for
                return value
            with bound():
                return self.load()
        finally:
            self._reading.release()

    def fresh(self) -> T | None:
        """The same, unless it was never read or too long ago. Asks nobody."""
        known = self._read  # looked at once: another thread may forget it
        if known is None or self._clock() - known[0] >= self._kept_for_s:
            return None
        return known[1]

    def load(self) -> T:
        """Read it now."""
        before = self._read
        value = self.read(before[1] if before else None)
        self._read = (self._clock(), value)
        return value

    def forget(self) -> None:
        """Let the next request read it again."""
        self._read = None
