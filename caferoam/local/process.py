"""Starting and ending child processes so that none is ever left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_LAUNCH = str(Path(__file__).with_name("launch.py"))
_POLL_S = 0.02


def launch_command(
    command: Sequence[str | Path], *, identity: str = "same", death_signal: signal.Signals | None = signal.SIGTERM
) -> list[str]:
    """``command``, made to take ``identity`` and to get ``death_signal`` when this process dies (see launch.py)."""
    launcher = [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid()), str(int(death_signal or 0)), identity]
    return launcher + [str(part) for part in command]


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    output: int | IO[bytes],
    identity: str = "same",
    death_signal: signal.Signals = signal.SIGTERM,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that Ctrl-C in the terminal reaches only its supervisor.

    Call it from the main thread: Linux takes the end of the *thread* that started a child for the end of its parent.
    """
    return subprocess.Popen(
        launch_command(command, identity=identity, death_signal=death_signal),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=directory,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask the process to end by each signal in turn, waiting so many seconds each time, then kill what is left."""
    for wish, patience_s in steps:
        if process.poll() is not None:
            break
        with suppress(ProcessLookupError):
            process.send_signal(wish)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything it started in its own session (pool workers that outlived their parent)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_leftover(pid: int, marker: str, wish: signal.Signals, patience_s: float) -> None:
    """End what an earlier run left behind: process ``pid``, if its command line still holds ``marker``.

    It is not our child, so its end is watched from outside. A number that by now is another program's is let be.
    """

    def is_gone() -> bool:
        return marker not in command_line(pid)

    for signal_number in (wish, signal.SIGKILL):
        if is_gone():
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        wait_until(is_gone, patience_s)


def command_line(pid: int) -> str:
    """The command line of a running process, or an empty string when there is none to see."""
    proc = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    listing = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()


def wait_until(condition: Callable[[], bool], patience_s: float) -> bool:
    """Poll ``condition`` until it holds; False when it still does not after ``patience_s`` seconds."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def becomes_ready(process: subprocess.Popen[bytes], answers: Callable[[], bool], patience_s: float) -> bool:
    """Whether a server that was just started answers before it dies or patience runs out."""
    settled = wait_until(lambda: process.poll() is not None or answers(), patience_s)
    return settled and process.poll() is None


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log file, for an error message."""
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    return ""
