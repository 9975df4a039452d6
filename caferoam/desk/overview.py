"""What the start page shows: the state of the queue in figures, and what somebody should look at, in words.

Each figure is read through an index that holds nothing else, so that a long history costs nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from caferoam.desk import troubles
from caferoam.desk.lanes import is_paused
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.statements import rows_of

BUCKET: Final = timedelta(minutes=5)
HOUR: Final = timedelta(hours=1)
CONDITIONS: Final = ("due", "later", "handed_over", "running", "failed", "dead")

_COUNTS: Final = """
SELECT job_type, 'due', count(*), min(scheduled_at) FROM job_queue
WHERE status = 'pending' AND scheduled_at <= now() GROUP BY job_type
UNION ALL
SELECT job_type, 'later', count(*), min(scheduled_at) FROM job_queue
WHERE status = 'pending' AND scheduled_at > now() GROUP BY job_type
UNION ALL
SELECT job.job_type, CASE WHEN start.job_id IS NULL THEN 'handed_over' ELSE 'running' END, count(*),
    min(coalesce(start.started_at, job.claimed_at))
FROM job_queue AS job LEFT JOIN job_starts AS start ON start.job_id = job.id AND start.attempt = job.attempts
WHERE job.status = 'claimed' GROUP BY 1, 2
UNION ALL
SELECT job_type, CASE status WHEN 'failed' THEN 'failed' ELSE 'dead' END, count(*), max(completed_at) FROM job_queue
WHERE status IN ('failed', 'dead_letter') GROUP BY job_type, status
"""
_ENDED: Final = """
SELECT job_type, true, floor(extract(epoch FROM now() - completed_at) / %(bucket_s)s)::int, count(*) FROM job_queue
WHERE status = 'completed' AND completed_at > now() - %(hour)s GROUP BY 1, 3
UNION ALL
SELECT job_type, false, floor(extract(epoch FROM now() - completed_at) / %(bucket_s)s)::int, count(*) FROM job_queue
WHERE status IN ('failed', 'dead_letter') AND completed_at > now() - %(hour)s GROUP BY 1, 3
"""
_RUNNING: Final = """
SELECT job.id, job.job_type, job.attempts, job.max_attempts, start.started_at, start.worker, start.done, start.total,
    start.note
FROM job_queue AS job JOIN job_starts AS start ON start.job_id = job.id AND start.attempt = job.attempts
WHERE job.status = 'claimed' ORDER BY start.started_at, job.id LIMIT 8
"""


@dataclass
class TypeRow:
    """One job type's figures."""

    job_type: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CONDITIONS, 0))
    done_last_hour: int = 0
    is_paused: bool = False
    is_known: bool = True

    @property
    def waiting(self) -> int:
        return self.counts["due"] + self.counts["later"]


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

    rows: list[TypeRow]
    oldest_due: timedelta | None
    waits_too_long: bool
    bars: list[Bar]
    done_last_hour: int
    failed_last_hour: int
    running: list[Running]
    dead_letters: list[Job]
    paused: list[Lane]
    signs: list[troubles.Sign]
    troubles: list[troubles.Trouble]

    @property
    def total(self) -> Mapping[str, int]:
        return {name: sum(row.counts[name] for row in self.rows) for name in CONDITIONS}


def read() -> Overview:
    """Five queries and one look into Redis."""
    now = timezone.now()
    counts = rows_of(_COUNTS)
    ended = rows_of(_ENDED, {"bucket_s": BUCKET.total_seconds(), "hour": HOUR})
    lanes = {lane.pk: lane for lane in Lane.objects.order_by("pk")}
    running = [Running(*row) for row in rows_of(_RUNNING)]
    dead_letters = list(Job.objects.filter(status=Job.Status.DEAD_LETTER).order_by("-created_at", "-pk")[:5])
    paused = [lane for lane in lanes.values() if is_paused(lane, now=now)]
    open_types = lanes.keys() - {lane.pk for lane in paused}
    # What waits in a paused lane, or for code that is not deployed, waits for a reason, and is told of apart.
    due_since = [since for job_type, condition, _, since in counts if condition == "due" and job_type in open_types]
    oldest_due = max(now - min(due_since), timedelta(0)) if due_since else None
    unstarted = [since for _, condition, _, since in counts if condition == "handed_over"]
    oldest_unstarted = now - min(unstarted) if unstarted else None
    signs = troubles.read_signs()
    rows = _rows(counts, ended, lanes, {lane.pk for lane in paused})
    return Overview(
        rows=rows,
        oldest_due=oldest_due,
        waits_too_long=oldest_due is not None and oldest_due > troubles.TOO_LONG,
        bars=_bars(ended, now),
        done_last_hour=sum(count for _, good, _, count in ended if good),
        failed_last_hour=sum(count for _, good, _, count in ended if not good),
        running=running,
        dead_letters=dead_letters,
        paused=paused,
        signs=signs or [],
        troubles=[
            *troubles.silences(signs),
            *troubles.delays(oldest_due=oldest_due, oldest_unstarted=oldest_unstarted),
            *troubles.dead_letters(sum(row.counts["dead"] for row in rows)),
            *troubles.unknown_types({row.job_type: row.waiting for row in rows if not row.is_known and row.waiting}),
            *troubles.pauses(paused, now=now),
        ],
    )


def _rows(
    counts: Iterable[tuple[Any, ...]], ended: Iterable[tuple[Any, ...]], lanes: Mapping[str, Lane], paused: set[str]
) -> list[TypeRow]:
    rows = {name: TypeRow(name, is_paused=name in paused) for name in lanes}
    for job_type, condition, count, _since in counts:
        rows.setdefault(job_type, TypeRow(job_type, is_known=False)).counts[condition] = count
    for job_type, good, _bucket, count in ended:
        if good:
            rows.setdefault(job_type, TypeRow(job_type, is_known=False)).done_last_hour += count
    return [rows[name] for name in sorted(rows)]


def _bars(ended: Iterable[tuple[Any, ...]], now: datetime) -> list[Bar]:
    """Oldest first."""
    buckets = int(HOUR / BUCKET)
    good, bad = [0] * buckets, [0] * buckets
    for _type, is_good, bucket, count in ended:
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
