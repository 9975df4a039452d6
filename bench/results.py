"""What a measurement gives, how it is printed, and where it is kept."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Result:
    """One row of the report. ``ratio`` compares with the baseline of the same run; None where there is none."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turn(
    ours: Callable[[], object],
    baseline: Callable[[], object],
    *,
    rounds: int,
    before_each: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """The median seconds of both, run alternately so that a busy moment of the machine hits both alike.

    ``before_each`` makes the same start for both and is not timed.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, taken in zip((ours, baseline), times, strict=True):
            before_each()
            taken.append(seconds(work))
    return statistics.median(times[0]), statistics.median(times[1])


def percentile(values: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def show(results: Sequence[Result]) -> None:
    """Print the table."""
    print(f"\n{'name':<32}{'value':>12} {'unit':<10}{'baseline':>12}{'ratio':>9}")
    for result in results:
        baseline = "" if result.baseline is None else f"{result.baseline:.2f}"
        ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
        print(f"{result.name:<32}{result.value:>12.2f} {result.unit:<10}{baseline:>12}{ratio:>9}")


def keep(results: Sequence[Result]) -> None:
    """Write ``results/latest.json``."""
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    print(f"\nwritten to {LATEST.relative_to(Path.cwd()) if LATEST.is_relative_to(Path.cwd()) else LATEST}")
