"""A stack that a test starts and stops for real."""

import json
import os
import subprocess
import sys
from pathlib import Path

from caferoam.local.process import wait_until
from caferoam.local.stack import CHECKOUT

START_PATIENCE_S = 420  # the first one may have to build the web app
STOP_PATIENCE_S = 120


class RunningStack:
    """``make run`` without make, with its data in ``folder``."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {
            **kept,
            "CAFEROAM_LOCAL_DIR": str(folder),
            "CAFEROAM_API_PORT": "0",
            "CAFEROAM_ADMIN_PORT": "0",
            "CAFEROAM_WEB_PORT": "0",
            "CAFEROAM_WEB": "off",
            **variables,
        }
        self.output = folder.with_suffix(".output")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "caferoam.local", "run"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_up(self) -> str:
        """The API's address, once all is ready."""
        run_file = self.folder / "run.json"
        wait_until(lambda: run_file.exists() or self.process.poll() is not None, START_PATIENCE_S)
        assert run_file.exists(), self.said
        run = json.loads(run_file.read_text())
        assert run.keys() - {"web"} == {"api", "admin", "metrics", "supabase", "supabase_publishable_key", "pid"}
        assert run["pid"] == self.process.pid
        self.metrics = run["metrics"]
        self.web = run.get("web")
        return str(run["api"])

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python, in a second terminal."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def wait_until_ended(self) -> int:
        return self.process.wait(STOP_PATIENCE_S)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.wait_until_ended()

    def processes(self) -> dict[int, str]:
        """Every living process of this stack: the folder is on its command line or in its environment."""
        mark, found = str(self.folder).encode(), {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            except OSError:  # it ended meanwhile, or is none of ours
                continue
            if (mark in command or mark in environment) and int(folder.name) != os.getpid():
                found[int(folder.name)] = command.replace(b"\0", b" ").decode()
        return found
