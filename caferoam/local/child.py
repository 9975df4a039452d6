"""A process of the stack whose every line goes to the terminal, with its name, and into a log file of its own."""

import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from caferoam.local.console import Console
from caferoam.local.files import open_log
from caferoam.local.process import kill_group, spawn

_REMEMBERED_LINES: Final = 12


class Child:
    """Starts at once. Make it from the main thread only (see ``spawn``). ``grace_s`` is for whoever asks it to end."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        directory: Path,
        log_file: Path,
        console: Console,
        grace_s: float,
    ) -> None:
        self.name: Final = name
        self.grace_s: Final = grace_s
        self.log_file: Final = log_file
        self._console = console
        self._last_lines: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        self._process = spawn(command, environment=environment, output=subprocess.PIPE, directory=directory)
        self._reader = threading.Thread(target=self._read, name=f"{name}-output", daemon=True)
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def kill_rest(self) -> None:
        """Kill it and whatever it started that is still there."""
        kill_group(self._process)
        self._reader.join(timeout=1)

    def last_lines(self) -> str:
        """What it said last. Once it has ended, that is all of it: nothing is still on its way."""
        if self.exit_code is not None:
            self._reader.join(timeout=1)
        return "\n".join(self._last_lines)

    def _read(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        with output, open_log(self.log_file) as log:
            for raw in output:
                text = raw.decode(errors="replace").rstrip()
                self._last_lines.append(text)
                self._console.line(self.name, text)
                with suppress(OSError):  # a full disk must not stop the process by leaving its pipe unread
                    log.write(raw)
                    log.flush()
