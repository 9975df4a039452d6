"""What of the checkout goes into an image: ``.dockerignore`` as Docker reads it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Rule:
    """One line of the file. A leading ``!`` takes back what earlier lines have left out."""

    matches: re.Pattern[str]
    lets_in: bool

    @classmethod
    def read(cls, line: str) -> Self:
        """``*`` and ``?`` stay within a folder, ``**`` is any number of folders."""
        pattern = line.removeprefix("!").strip().strip("/")
        expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        return cls(re.compile(expression), lets_in=line.startswith("!"))


class Context:
    """The files that a build may see. A rule for a folder holds for all that is in it; the last that fits decides."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = (folder / ".dockerignore").read_text().splitlines()
        self._rules = [Rule.read(line) for line in lines if line.strip() and not line.startswith("#")]
        self._named = {line[1:].partition("/")[0] for line in lines if line.startswith("!")}

    def lets_in(self, path: str) -> bool:
        """Of a file, relative to the folder."""
        parts = path.split("/")
        itself_and_its_folders = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        fitting = (rule for rule in reversed(self._rules) if any(map(rule.matches.fullmatch, itself_and_its_folders)))
        return next((rule.lets_in for rule in fitting), True)

    def files(self) -> Iterator[str]:
        """All of them. What is let in is named by its top folder, so that no other is looked into."""
        for entry in sorted(self.folder.iterdir()):
            if self.lets_in(entry.name) or entry.name in self._named:
                inside = entry.rglob("*") if entry.is_dir() else [entry]
                names = (path.relative_to(self.folder).as_posix() for path in inside if path.is_file())
                yield from filter(self.lets_in, names)

    def copy(self, to: Path) -> None:
        """Put the files there."""
        for name in self.files():
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.folder / name, target)
