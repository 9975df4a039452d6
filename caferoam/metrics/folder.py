"""The folder in which several processes count together."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own name for it. It is looked at when the library is loaded."""


def shared_folder() -> Path | None:
    """The folder, made if it is not there; None where this process counts alone."""
    if not os.environ.get(VARIABLE):
        return None
    folder = Path(os.environ[VARIABLE])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def count_together() -> None:
    """Let the processes that will be forked from this one count with it, in a folder that ends with this process.

    Call it before anything is counted. A folder that was given stays the one.
    """
    if os.environ.get(VARIABLE):
        return
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="caferoam-metrics-")
    atexit.register(_remove, Path(os.environ[VARIABLE]), os.getpid())


def process_lives(pid: int) -> bool:
    """Whether there is such a process on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(folder: Path, maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
