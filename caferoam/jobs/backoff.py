"""Leaving a broken dependency alone for a while, and longer each time."""

import time
from collections.abc import Callable


class Backoff:
    """After each failure the next attempt waits twice as long, from ``first_s`` up to ``most_s``; a success forgets."""

    def __init__(
        self, first_s: float = 1.0, most_s: float = 30.0, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._clock = clock
        self._delay_s = 0.0
        self._until = float("-inf")

    def failed(self) -> float:
        """Note a failure; returns the seconds to wait."""
        self._delay_s = min(self._most_s, self._delay_s * 2 or self._first_s)
        self._until = self._clock() + self._delay_s
        return self._delay_s

    def succeeded(self) -> bool:
        """Note a success; returns whether there was trouble before it."""
        recovered = self._delay_s > 0
        self._delay_s = 0.0
        self._until = float("-inf")
        return recovered

    @property
    def is_on(self) -> bool:
        """Whether the last attempt failed."""
        return self._delay_s > 0

    @property
    def remaining_s(self) -> float:
        """How long to wait still; 0 when an attempt may be made."""
        return max(0.0, self._until - self._clock())
