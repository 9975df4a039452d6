"""The terminal of ``make run``: whole lines from many processes, each with the name of the one that said it."""

import os
import sys
import termios
import threading
from contextlib import suppress
from typing import Final, TextIO

# Bright enough on black and on white; the supervisor itself speaks without colour.
_COLOURS: Final = ("36", "33", "35", "32", "34", "31")
_NAME_WIDTH: Final = 8


class Console:
    """Writes to ``stream`` from any thread. When the terminal is gone it falls silent instead of failing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._is_terminal = self._stream.isatty()
        self._coloured = self._is_terminal and not os.environ.get("NO_COLOR")
        self._colour_of: dict[str, str] = {}
        self._lock = threading.Lock()

    def lost_terminal(self) -> bool:
        """Whether there was a terminal and it is closed now. The SIGHUP may never come: make can swallow it."""
        if not self._is_terminal:
            return False
        try:
            termios.tcgetattr(self._stream)
        except termios.error:
            return True
        return False

    def line(self, name: str, text: str) -> None:
        """One line of the process ``name``."""
        self.text(f"{self._prefix(name)} {text}")

    def text(self, text: str) -> None:
        """Text of the supervisor's own, without a prefix."""
        with self._lock, suppress(OSError, ValueError):  # the terminal was closed, or the pipe's reader left
            print(text, file=self._stream, flush=True)

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<{_NAME_WIDTH}}|"
        if not self._coloured or name == "run":
            return prefix
        colour = self._colour_of.setdefault(name, _COLOURS[len(self._colour_of) % len(_COLOURS)])
        return f"\x1b[{colour}m{prefix}\x1b[0m"
