import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from caferoam.local.process import end, end_leftover, spawn, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc"),
]

SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
PARENT = (
    "import subprocess, sys, time\n"
    f"child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.PIPE)\n"
    "child.stdout.readline()\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)\n"
)


def start(program: str) -> subprocess.Popen[bytes]:
    return spawn([sys.executable, "-c", program], environment=os.environ, output=subprocess.PIPE)


def line_from(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


def is_gone(pid: int) -> bool:
    """Gone, or dead and only waiting for its reaper."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_child_has_a_process_group_of_its_own() -> None:
    with start(SLEEP) as process:
        assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
        end(process, [(signal.SIGTERM, 30)])
    assert process.returncode == -signal.SIGTERM


def test_a_child_that_ignores_the_polite_signal_is_killed() -> None:
    with start(STUBBORN) as process:
        assert line_from(process) == "deaf"
        end(process, [(signal.SIGTERM, 0.1)])
    assert process.returncode == -signal.SIGKILL


def test_what_a_child_started_and_left_is_killed_with_it() -> None:
    with start(PARENT) as process:
        grandchild = int(line_from(process))
        end(process, [(signal.SIGTERM, 30)])
    assert wait_until(lambda: is_gone(grandchild), 30)


def test_a_program_that_does_not_exist_is_named() -> None:
    with spawn(["/no/such/program"], environment=os.environ, output=subprocess.PIPE) as process:
        assert line_from(process) == "cannot start /no/such/program: No such file or directory"
    assert process.returncode == 127


def test_a_stranger_with_a_remembered_number_is_left_alone() -> None:
    with start(SLEEP) as process:
        end_leftover(process.pid, "postgres -D /somewhere", signal.SIGTERM, 1)
        assert process.poll() is None
        end(process, [(signal.SIGTERM, 30)])
