"""A whole local stack of the bench's own, in a temporary folder, stopped at the end."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caferoam.local.stack import LocalFiles, Stack

_READY_WITHIN_S = 180


@dataclass(frozen=True)
class RunningStack:
    """``api`` is its URL, ``pid`` its supervisor; ``stack`` has the logins."""

    api: str
    pid: int
    stack: Stack


@contextmanager
def running_stack() -> Iterator[RunningStack]:
    """Start it, describe it in the environment of this process (as a worker), and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="caferoam-bench-") as folder:
        environment = {**os.environ, "CAFEROAM_LOCAL_DIR": folder, "CAFEROAM_API_PORT": "0", "LOG_LEVEL": "WARNING"}
        environment["CAFEROAM_LOCAL_SETTINGS"] = "bench.settings"
        log = Path(folder) / "supervisor.log"
        with log.open("wb") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "caferoam.local", "run"], env=environment, stdout=output, stderr=output
            )
        try:
            files = LocalFiles(Path(folder))
            deadline = time.monotonic() + _READY_WITHIN_S
            while not files.run.exists():
                if supervisor.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"The stack did not start:\n{log.read_text()[-2000:]}")
                time.sleep(0.1)
            stack = Stack.read(files.stack)
            os.environ |= {**stack.environment("worker"), "CAFEROAM_LOCAL_DIR": folder}
            yield RunningStack(api=json.loads(files.run.read_text())["api"], pid=supervisor.pid, stack=stack)
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(30)
