"""What the Python side keeps in memory, while nothing happens and after work."""

from collections import defaultdict
from collections.abc import Mapping

from bench.processes import is_python, memory_mb, name_of, tree
from bench.results import Result
from bench.stack import RunningStack

LIMIT_MB = 600

type Memory = Mapping[str, Mapping[int, float]]
"""MB by program and process id."""


def python_memory(stack: RunningStack) -> Memory:
    """Of the supervisor and all Python processes below it."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for pid in tree(stack.pid):
        if is_python(pid):
            found["run" if pid == stack.pid else name_of(pid)][pid] = memory_mb(pid)
    return found


def idle_memory(idle: Memory) -> list[Result]:
    """What a deployment would hold, and with it what only `make run` has: the supervisor with the stand-ins."""
    everything = sum(sum(of_program.values()) for of_program in idle.values())
    deployed = everything - sum(idle["run"].values())
    return [
        Result("python_idle_rss_mb", deployed, "MB", LIMIT_MB, deployed / LIMIT_MB),
        Result("python_idle_rss_make_run_mb", everything, "MB"),
    ]


def worker_growth(idle: Memory, after: Memory) -> list[Result]:
    """How much more the worker's processes hold than when they were idle; prints every process's part.

    The baseline is what they held then, the ratio what they hold now against that.
    """
    print(f"\n{'process':<12}{'pid':>8}{'idle MB':>10}{'after MB':>10}")
    for program, processes in after.items():
        for pid, value in processes.items():
            print(f"{program:<12}{pid:>8}{idle.get(program, {}).get(pid, 0.0):>10.1f}{value:>10.1f}")
    before_mb, after_mb = (sum(memory["worker"].values()) for memory in (idle, after))
    return [Result("worker_rss_growth_mb", after_mb - before_mb, "MB", before_mb, after_mb / before_mb)]
