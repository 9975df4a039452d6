"""Runs the process of a built image as its platform would: with its variables, and nothing to write to but /tmp."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.images.dockerfile import Stage


@contextmanager
def roomy_folder() -> Iterator[Path]:
    """A folder that is gone after the block: pytest keeps those of three runs, and an image takes half a gigabyte."""
    with tempfile.TemporaryDirectory(prefix="caferoam-image-") as folder:
        yield Path(folder)


def base_environment(folder: Path) -> dict[str, str]:
    """What the base images bring: ``python`` with pip, and ``node``, if this machine has one, on the PATH."""
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    # How this machine reaches the registries; nothing else of it.
    begin, end = ("pip_", "npm_", "ssl_", "node_extra"), "_proxy"
    ways = {
        name: value
        for name, value in os.environ.items()
        if name.lower().startswith(begin) or name.lower().endswith(end)
    }
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {**ways, "PATH": path, "HOME": str(Path.home()), "LANG": "C.UTF-8"}


@contextmanager
def running(
    image: Stage,
    log_file: Path,
    environment: Mapping[str, str],
    *,
    base: Mapping[str, str],
    argv: list[str] | None = None,
) -> Iterator[None]:
    """The image's command, or another, until the block ends; then it is asked to stop, and must within a moment.

    It must not have written to the image's folders, which a platform may mount so that nobody can.
    """
    before = _files(image.root)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            argv or image.argv(),
            cwd=image.path("."),
            env=image.variables({"PATH": base["PATH"], "LANG": "C.UTF-8"}) | dict(environment),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        # Ended by itself in good order, or by the signal, as Next.js tells it.
        assert process.wait(120) in {0, 128 + signal.SIGTERM}, log_file.read_text()
    assert _files(image.root) == before


def _files(root: Path) -> set[tuple[Path, int]]:
    return {(path, path.lstat().st_mtime_ns) for path in root.rglob("*")}
