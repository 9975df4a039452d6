"""Building the web app, once for each state of its sources, into a folder that later builds leave alone.

``next build`` works in ``.next``, which it empties. What it makes is moved to ``.web/HASH``, so that a stack that runs
it goes on while another one builds. Builds that nothing runs any more are removed with the next one.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from caferoam.local.stack import try_lock
from caferoam.local.web.node import Node
from caferoam.local.web.packages import are_installed

SOURCES: Final = ("app", "package.json", "package-lock.json", "next.config.ts", "tsconfig.json", ".npmrc")
# One build is for any stack: what is known when it runs must not be written into it.
_KNOWN_LATER: Final = ("SUPABASE_", "MAP_", "WEB_URL", "BACKEND_", "NODE_ENV", "NEXT_")


class BuildFailed(Exception):
    """npm or Next.js has said why, on its output."""


class WebBuilds:
    """The builds of one checkout."""

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout
        self._folder = checkout / ".web"
        self._last = self._folder / "last"

    def install(self, node: Node) -> None:
        """Install what package-lock.json pins, unless that has been done.

        Raises:
            BuildFailed
        """
        with self._alone():
            self._install(node)

    def build(self, node: Node) -> None:
        """Build the sources as they are now, unless that has been done. ``last`` is then this build.

        Raises:
            BuildFailed
        """
        with self._alone():
            built = self._folder / source_hash(self._checkout)
            if not built.exists():
                self._install(node)
                print("building the web app (a minute or so; only when it has changed)", flush=True)
                self._run([node.npm, "run", "--silent", "build"])
                self._keep(built)
            _write_in_one_step(self._last, built.name)
            self._remove_unused(but=built)

    def last(self) -> "RunnableBuild":
        """The build that was asked for last; it stays for as long as its lock is held."""
        return RunnableBuild(self._folder / self._last.read_text())

    def _install(self, node: Node) -> None:
        if are_installed(self._checkout):
            return
        print("installing what package-lock.json pins into node_modules (a minute the first time)", flush=True)
        # Not `npm ci`, which some versions of npm refuse when the lock file lacks what only other platforms need.
        self._run([node.npm, "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"])

    def _keep(self, built: Path) -> None:
        """``next build`` leaves the pages' scripts and styles beside the server, for whoever serves them elsewhere."""
        made = self._checkout / ".next"
        (made / "static").rename(made / "standalone" / ".next" / "static")
        (made / "standalone").rename(built)

    def _remove_unused(self, *, but: Path) -> None:
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder != but and (lock := try_lock(_lock_of(folder))) is not None:
                with lock:
                    shutil.rmtree(folder)
                    _lock_of(folder).unlink()

    def _run(self, command: list[str]) -> None:
        if subprocess.run(command, cwd=self._checkout, env=build_environment(os.environ), check=False).returncode:
            raise BuildFailed

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process installs or builds in this checkout."""
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("waiting for another one who installs or builds here", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class RunnableBuild:
    """A build that nobody removes before it is released."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[bytes] = _lock_of(folder).open("ab")
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def release(self) -> None:
        self._lock.close()


def source_hash(checkout: Path) -> str:
    """Changes with whatever the build is made of: names and contents, tests aside."""
    digest = hashlib.sha256()
    for source in SOURCES:
        path = checkout / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and ".test." not in file.name:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(checkout)}\0{content}\n".encode())
    return digest.hexdigest()[:16]


def build_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What npm and Next.js are started with."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_KNOWN_LATER)}
    return {**kept, "NEXT_TELEMETRY_DISABLED": "1"}


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _write_in_one_step(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.replace(path)
