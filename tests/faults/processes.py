"""Relays, workers and beats as processes: started by the product's own command lines, ended in every way there is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from caferoam.local.process import launch_command
from caferoam.local.stack import CHECKOUT


class Process:
    """One of them, leader of a group that holds its children too, with its output in a file."""

    def __init__(self, name: str, arguments: tuple[str, ...], environment: Mapping[str, str], log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self.started_at = time.monotonic()
        self._arguments = arguments
        self._environment = environment
        with log_file.open("ab") as log:
            self._log_begins_at = log.tell()
            self.popen = subprocess.Popen(
                launch_command([sys.executable, *arguments], death_signal=signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=CHECKOUT,
                start_new_session=True,
                env=dict(environment),
            )

    def again(self) -> Self:
        """The same once more, when this one has ended. It goes on in the same log."""
        return type(self)(self.name, self._arguments, self._environment, self.log_file)

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def output(self) -> str:
        """What this process has said so far."""
        with self.log_file.open("rb") as log:
            log.seek(self._log_begins_at)
            return log.read().decode(errors="replace")

    def send(self, number: signal.Signals) -> None:
        """To the process alone, as a platform does."""
        self.popen.send_signal(number)

    def send_all(self, number: signal.Signals) -> None:
        """To the process and its children."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """Kill -9 of the process and its children, also of those that outlived it."""
        with suppress(ProcessLookupError):
            self.send_all(signal.SIGKILL)
        self.popen.wait(10)

    def kill_alone(self) -> None:
        """Kill -9 of the process; its children must notice by themselves."""
        self.popen.kill()
        self.popen.wait(10)

    def children(self) -> list[int]:
        """The process ids of a worker's pool."""
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _parent_of(folder) == self.pid]


def _parent_of(folder: Path) -> int | None:
    try:
        # The name of the program stands in brackets and may hold anything; the parent is the second word after it.
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended while we looked
        return None
