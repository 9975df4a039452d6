"""What handlers did, as they tell it themselves: lines in a file, which no fault of a server can take back."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

FOLDER = "FAULTS_FOLDER"
"""The environment variable that tells handlers where the file is."""


@dataclass(frozen=True)
class Line:
    """An attempt came to ``step`` at ``at`` (host's clock, s) in process ``pid``."""

    job_id: UUID
    attempt: int
    step: str
    pid: int
    at: float


class Bodies:
    """The file, from the side of the experiment and from that of the handlers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "bodies.log"
        self._file.touch()

    def write(self, line: Line) -> None:
        """Add a line, whole, whoever else writes."""
        text = f"{line.job_id} {line.attempt} {line.step} {line.pid} {line.at}\n"
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)

    def lines(self, step: str | None = None) -> list[Line]:
        """All lines, or those of one step, in the order of their writing."""
        parts = (line.split() for line in self._file.read_text().splitlines())
        read = (Line(UUID(job_id), int(attempt), at, int(pid), float(when)) for job_id, attempt, at, pid, when in parts)
        return [line for line in read if step in (None, line.step)]

    def starts(self) -> Counter[UUID]:
        """How often each job's handler began."""
        return Counter(line.job_id for line in self.lines("began"))

    def let_go(self) -> None:
        """Let handlers go on that wait."""
        (self._folder / "go").touch()

    @property
    def may_go(self) -> bool:
        return (self._folder / "go").exists()
