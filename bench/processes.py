"""What the processes below the bench use, as Linux tells it."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_GONE = (FileNotFoundError, ProcessLookupError)


def tree(root: int) -> list[int]:
    """The process and all below it."""
    found = [root]
    for pid in found:
        with suppress(*_GONE):  # it ended while we looked
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def name_of(pid: int) -> str:
    """What it was told to call itself at the database, as all processes of the stack are, else its executable."""
    with suppress(*_GONE):
        for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if variable.startswith(b"PGAPPNAME="):
                return variable.partition(b"=")[2].decode().removeprefix("caferoam ")
        return Path(f"/proc/{pid}/exe").resolve().name
    return "ended"


def is_python(pid: int) -> bool:
    with suppress(*_GONE):
        return "python" in Path(f"/proc/{pid}/exe").resolve().name
    return False


def memory_mb(pid: int) -> float:
    """Resident memory; a page that n processes share counts 1/n for each (Pss)."""
    with suppress(*_GONE):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds() -> Counter[str]:
    """By name: what all processes below this one have used so far, with children that have ended; not this one."""
    used: Counter[str] = Counter()
    for pid, ticks in _ticks():
        used[name_of(pid)] += ticks
    return Counter({name: ticks / _TICKS_A_SECOND for name, ticks in used.items()})


def busy_seconds() -> float:
    """What all processors of the machine have worked so far, for whomever."""
    user, nice, system, _idle, _waiting, irq, softirq, *_ = Path("/proc/stat").read_text().split()[1:]
    return (int(user) + int(nice) + int(system) + int(irq) + int(softirq)) / _TICKS_A_SECOND


def _ticks() -> Iterator[tuple[int, int]]:
    for pid in tree(os.getpid())[1:]:
        with suppress(*_GONE):
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            yield pid, sum(int(field) for field in after_name[11:15])  # utime, stime, cutime, cstime
