"""One ``make run`` with its web app, for all browser tests of a run, whichever processes they are in."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

from caferoam.local.process import wait_until
from caferoam.local.stack import CHECKOUT

START_PATIENCE_S: Final = 420
"""The first start builds the web app."""
STOP_PATIENCE_S: Final = 120
ANSWER_PATIENCE_S: Final = 60
"""For the head of an answer, on a machine that is busy with other tests."""

_started: Final[list[subprocess.Popen[bytes]]] = []
"""Whose ends this process must hear of, whoever stops them."""


@dataclass(frozen=True)
class WebStack:
    """Addresses of what runs; ``folder`` is its CAFEROAM_LOCAL_DIR."""

    folder: Path
    web: str
    api: str
    supabase: str
    supabase_publishable_key: str

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The one that runs there."""
        run = json.loads((folder / "run.json").read_text())
        return cls(folder, run["web"], run["api"], run["supabase"], run["supabase_publishable_key"])

    def manage(self, *arguments: str) -> str:
        """What a command of manage.py says, in a second terminal."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def shared_web_stack(folder: Path) -> Iterator[WebStack]:
    """The stack in ``folder``: whoever comes first starts it, whoever leaves last stops it."""
    folder.mkdir(exist_ok=True)
    with (folder / "starting").open("ab") as starting, (folder / "users").open("ab") as users:
        with _locked(starting):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not (folder / "run.json").exists():
                _start(folder)
        pid: int = json.loads((folder / "run.json").read_text())["pid"]
        try:
            yield WebStack.in_folder(folder)
        finally:
            with _locked(starting):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _is_last(users):
                    os.kill(pid, signal.SIGTERM)
                    wait_until(lambda: not (folder / "run.json").exists(), STOP_PATIENCE_S)
                    while _started:
                        _started.pop().wait(STOP_PATIENCE_S)


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _is_last(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start(folder: Path) -> None:
    log = folder / "supervisor.log"
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "caferoam.local", "run"],
            cwd=CHECKOUT,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(supervisor)
    run_file = folder / "run.json"
    wait_until(lambda: run_file.exists() or supervisor.poll() is not None, START_PATIENCE_S)
    assert run_file.exists(), log.read_text()


def _environment(folder: Path) -> dict[str, str]:
    ports = {f"CAFEROAM_{name}_PORT": "0" for name in ("API", "ADMIN", "WEB")}
    kept = ("PATH", "HOME", "LANG", "npm_config_registry", "NPM_CONFIG_REGISTRY", "NODE_EXTRA_CA_CERTS")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **ports,
        "CAFEROAM_LOCAL_DIR": str(folder),
        "CAFEROAM_WEB": "on",
        # Dozens of pages a minute from one address: limits are counted, and another test reaches them.
        "THROTTLE_SCALE": "1000",
    }
