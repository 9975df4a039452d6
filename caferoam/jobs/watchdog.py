"""Ends a process whose loop hangs, so that whoever watches over it starts it again."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

logger = logging.getLogger("caferoam.jobs.watchdog")

LOOK_EVERY_S: Final = 1.0
HANGS_AFTER_S: Final = 60.0
"""The settings end a statement on a silent connection after half of it."""
STOPS_WITHIN_S: Final = 5.0


class Watchdog:
    """Looks every second, from a thread, whether a loop has turned since; around it as a context manager.

    It counts its own looks and trusts no clock: in a process that was frozen for a while neither of the two went on.
    """

    def __init__(
        self,
        turns: Callable[[], int],
        *,
        is_stopping: Callable[[], bool],
        give_up: Callable[[], None],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """``turns`` says how often the loop has turned so far; ``give_up`` ends the process."""
        self._turns = turns
        self._is_stopping = is_stopping
        self._give_up = give_up
        self._look_every_s = look_every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        turns, hung_looks, stopping_looks = self._turns(), 0, 0
        while not self._ended.wait(self._look_every_s):
            before, turns = turns, self._turns()
            hung_looks = hung_looks + 1 if turns == before else 0
            stopping_looks = stopping_looks + 1 if self._is_stopping() else 0
            if stopping_looks > STOPS_WITHIN_S / LOOK_EVERY_S:
                logger.error("the loop was told to stop %.0f s ago and has not", STOPS_WITHIN_S)
            elif hung_looks > HANGS_AFTER_S / LOOK_EVERY_S:
                logger.error("the loop has not turned for %.0f s", HANGS_AFTER_S)
            else:
                continue
            self._give_up()
            return
