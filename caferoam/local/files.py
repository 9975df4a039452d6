"""Files that no other user of the machine may read: passwords, keys, logs."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO


def write_private(path: Path, text: str) -> None:
    """Write ``text`` in one step: whoever reads the path sees the old content or the new one, never half of it."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def write_private_json(path: Path, content: Mapping[str, object]) -> None:
    write_private(path, json.dumps(content, indent=2) + "\n")


def clear_folder(path: Path) -> None:
    """Leave an empty folder there."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_log(path: Path) -> IO[bytes]:
    """Open an empty log for writing; the one of the run before stays beside it as ``NAME.previous``."""
    if path.exists():
        path.replace(path.with_name(path.name + ".previous"))
    path.touch(mode=0o600)
    return path.open("wb")
