"""The queue's standing in words, for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.utils import timezone

from caferoam.jobs.overview import TypeOverview

_COLUMNS: Final = {
    "ready": "READY",
    "scheduled": "LATER",
    "claimed_not_started": "CLAIMED",
    "running": "RUNNING",
    "completed_last_hour": "DONE/H",
    "failed": "FAILED",
    "dead_letter": "DEAD",
}


def table(types: Sequence[TypeOverview]) -> list[str]:
    """A line for each type."""
    width = max([len("JOB TYPE"), *(len(of_type.job_type) for of_type in types)])
    heading = "  ".join([f"{'JOB TYPE':{width}}", *(f"{title:>7}" for title in _COLUMNS.values()), "OLDEST READY"])
    lines = [heading]
    for of_type in types:
        counts = [f"{getattr(of_type, name) or '·':>7}" for name in _COLUMNS]
        oldest = "" if of_type.oldest_ready_s is None else _duration(of_type.oldest_ready_s)
        lines.append("  ".join([f"{of_type.job_type:{width}}", *counts, f"{oldest:>12}"]))
    return lines


def attention(types: Iterable[TypeOverview]) -> list[str]:
    """A sentence for each type that stands still."""
    lines = []
    for of_type in types:
        if of_type.obstacle is not None and (of_type.is_known or of_type.ready or of_type.scheduled):
            lines.append(f"{of_type.job_type} does not start: {of_type.obstacle}.")
        elif of_type.paused_until is not None:
            until = timezone.localtime(of_type.paused_until)
            lines.append(f"{of_type.job_type} is paused until {until:%H:%M:%S}: {of_type.pause_reason or 'no reason'}.")
    return lines


def pulses(ages: Mapping[str, float | None] | None) -> str:
    """When each process last completed a round, by the seconds since then; None is long ago, no mapping no answer."""
    if ages is None:
        return "Redis does not answer, so nobody can say whether relay, workers and beat get on."
    return (
        "Last completed a round: " + ", ".join(f"{name} {_age_in_words(age_s)}" for name, age_s in ages.items()) + "."
    )


def counts(named: Iterable[tuple[str, int]]) -> str:
    """Names and how many of each."""
    return ", ".join(f"{count} {name}" for name, count in named)


def _age_in_words(age_s: float | None) -> str:
    return "long ago or never" if age_s is None else f"{_duration(age_s)} ago"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
