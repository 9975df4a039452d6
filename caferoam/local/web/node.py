"""Whether there is a Node that can build and run the web app."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final, Self

OLDEST: Final = (20, 19)
"""As package.json says under ``engines``."""


class NodeMissing(Exception):
    """There is no such Node here; the message says what to do about it, and fits behind "because"."""


@dataclass(frozen=True)
class Node:
    """``node`` and ``npm``, as paths of programs."""

    node: str
    npm: str

    @classmethod
    def find(cls) -> Self:
        """The one on the PATH.

        Raises:
            NodeMissing: there is none, it is too old, or npm is not with it.
        """
        wanted = f"Node.js {'.'.join(map(str, OLDEST))} or newer"
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None:
            raise NodeMissing(f"{wanted} is not installed (https://nodejs.org)")
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        parts = re.fullmatch(r"v(\d+)\.(\d+)\..*", said)
        if parts is None or (int(parts[1]), int(parts[2])) < OLDEST:
            raise NodeMissing(f"it needs {wanted}, and this one is {said or 'broken'}")
        if npm is None:
            raise NodeMissing("npm is not installed beside Node.js")
        return cls(node, npm)
