"""What the start page shows: the state of the queue in figures, and what somebody should look at.

Each figure is read through an index that holds nothing else, so that a long history costs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from caferoam.desk import troubles
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.models import Job
from caferoam.jobs.overview import TypeOverview, read_overview
from caferoam.jobs.statements import rows_of

BUCKET: Final = timedelta(minutes=5)
HOUR: Final = timedelta(hours=1)
STATES: Final = ("ready", "claimed_not_started", "running", "completed_last_hour", "failed", "dead_letter")

_ENDED: Final = """
SELECT true, floor(extract(epoch FROM now() - completed_at) / %(bucket_s)s)::int, count(*) FROM job_queue
WHERE status = 'completed' AND completed_at > now() - %(hour)s GROUP BY 2
UNION ALL
SELECT false, floor(extract(epoch FROM now() - completed_at) / %(bucket_s)s)::int, count(*) FROM job_queue
WHERE status IN ('failed', 'dead_letter') AND completed_at > now() - %(hour)s GROUP BY 2
"""
_RUNNING: Final = """
SELECT job.id, job.job_type, job.attempts, job.max_attempts, start.started_at, start.worker, start.done, start.total,
    start.note
FROM job_queue AS job JOIN job_starts AS start ON start.job_id = job.id AND start.attempt = job.attempts
WHERE job.status = 'claimed' ORDER BY start.started_at, job.id LIMIT 8
"""


@dataclass(frozen=True)
class Bar:
    """What ended in five minutes; heights are per cent of the tallest bar."""

    begins_at: datetime
    good: int
    bad: int
    good_height: int
    bad_height: int

    @property
    def good_top(self) -> int:
        return 100 - self.good_height

    @property
    def bad_top(self) -> int:
        """What ended badly stands on top of what ended well."""
        return self.good_top - self.bad_height


@dataclass(frozen=True)
class Running:
    """A job that is being worked on."""

    id: UUID
    job_type: str
    attempt: int
    max_attempts: int
    started_at: datetime
    worker: str
    done: int | None
    total: int | None
    note: str | None


@dataclass(frozen=True)
class Overview:
    """All of the page."""

    types: list[TypeOverview]
    oldest_due: timedelta | None
    bars: list[Bar]
    running: list[Running]
    dead_letters: list[Job]
    signs: list[troubles.Sign]
    troubles: list[troubles.Trouble]

    @property
    def total(self) -> dict[str, int]:
        """Jobs of all types, by state."""
        return {state: sum(getattr(of_type, state) for of_type in self.types) for state in STATES}

    @property
    def waits_too_long(self) -> bool:
        return self.oldest_due is not None and self.oldest_due > troubles.TOO_LONG

    @property
    def failed_last_hour(self) -> int:
        return sum(bar.bad for bar in self.bars)


def read() -> Overview:
    """Few queries, and one look into Redis."""
    types = read_overview(discover_job_types())
    ended = rows_of(_ENDED, {"bucket_s": BUCKET.total_seconds(), "hour": HOUR})
    # What waits in a paused lane, or for code that is not deployed, waits for a reason, and is told of apart.
    waits_s = [
        of_type.oldest_ready_s
        for of_type in types
        if of_type.oldest_ready_s is not None and of_type.obstacle is None and of_type.paused_until is None
    ]
    oldest_due = timedelta(seconds=max(waits_s)) if waits_s else None
    unstarted_s = [of_type.oldest_unstarted_s for of_type in types if of_type.oldest_unstarted_s is not None]
    oldest_unstarted = timedelta(seconds=max(unstarted_s)) if unstarted_s else None
    signs = troubles.read_signs()
    return Overview(
        types=types,
        oldest_due=oldest_due,
        bars=_bars(ended, timezone.now()),
        running=[Running(*row) for row in rows_of(_RUNNING)],
        dead_letters=list(Job.objects.filter(status=Job.Status.DEAD_LETTER).order_by("-created_at", "-pk")[:5]),
        signs=signs or [],
        troubles=sorted(
            [
                *troubles.silences(signs),
                *troubles.delays(oldest_due=oldest_due, oldest_unstarted=oldest_unstarted),
                *troubles.dead_letters(sum(of_type.dead_letter for of_type in types)),
                *troubles.of_apps(),
                *troubles.obstacles(types),
            ],
            key=lambda trouble: not trouble.is_grave,
        ),
    )


def _bars(ended: Iterable[tuple[Any, ...]], now: datetime) -> list[Bar]:
    """Oldest first."""
    buckets = int(HOUR / BUCKET)
    good, bad = [0] * buckets, [0] * buckets
    for is_good, bucket, count in ended:
        (good if is_good else bad)[min(max(bucket, 0), buckets - 1)] += count
    tallest = max(1, *(g + b for g, b in zip(good, bad, strict=True)))
    return [
        Bar(
            now - (place + 1) * BUCKET,
            good[place],
            bad[place],
            _height(good[place], tallest),
            _height(bad[place], tallest),
        )
        for place in reversed(range(buckets))
    ]


def _height(count: int, tallest: int) -> int:
    """Per cent of the tallest, and at least a line for anything at all."""
    return max(100 * count // tallest, min(count, 1) * 2)
