"""What the Python side keeps in memory while nothing happens."""

from contextlib import suppress
from pathlib import Path

from bench.results import Result
from bench.stack import RunningStack

LIMIT_MB = 600


def idle_memory(stack: RunningStack) -> list[Result]:
    """Resident memory of the supervisor and all Python processes below it; a page that n share counts 1/n for each."""
    total_kb = sum(_resident_kb(pid) for pid in _tree(stack.pid) if _is_python(pid))
    value = total_kb / 1024
    return [Result("python_idle_rss_mb", value, "MB", LIMIT_MB, value / LIMIT_MB)]


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _is_python(pid: int) -> bool:
    return "python" in Path(f"/proc/{pid}/exe").resolve().name


def _resident_kb(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
