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

from psycopg.conninfo import conninfo_to_dict

from caferoam.local.postgres import PostgresServer
from caferoam.local.stack import LocalFiles, Stack

_READY_WITHIN_S = 180


@dataclass(frozen=True)
class RunningStack:
    """``api`` is its URL, ``pid`` its supervisor; ``stack`` has the logins, ``superuser_url`` one that may do all."""

    api: str
    pid: int
    stack: Stack
    superuser_url: str


@contextmanager
def running_stack() -> Iterator[RunningStack]:
    """Start it, describe it in the environment of this process (as a worker), and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="caferoam-bench-") as folder:
        environment = {**os.environ, "CAFEROAM_LOCAL_DIR": folder, "CAFEROAM_API_PORT": "0", "LOG_LEVEL": "WARNING"}
        environment["CAFEROAM_ADMIN_PORT"] = "0"
        environment["CAFEROAM_WEB"] = "off"
        environment["CAFEROAM_LOCAL_SETTINGS"] = "bench.settings"
        environment["THROTTLE_SCALE"] = "1000000"  # counted like any requests, and never too many
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
            os.environ |= stack.environment("worker", with_secret_key=True)
            os.environ |= {"CAFEROAM_LOCAL_DIR": folder, "LOG_LEVEL": "WARNING"}
            owner = conninfo_to_dict(stack.database_urls["owner"])
            server = PostgresServer(files.postgres, port=int(owner["port"] or 0))
            yield RunningStack(
                api=json.loads(files.run.read_text())["api"],
                pid=supervisor.pid,
                stack=stack,
                superuser_url=server.dsn(),
            )
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(30)
