"""How the queue stands, job type by job type, as operators are told it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from caferoam.jobs.counts import completed_last_hour, read_counts
from caferoam.jobs.statements import rows_of

_LANES: Final = """
SELECT job_type, width, paused, CASE WHEN paused_until > now() THEN paused_until END, pause_reason FROM job_lanes
"""


@dataclass
class TypeOverview:
    """One job type. ``is_known`` says whether this code has a handler.

    ``gathering`` are those of the ``scheduled`` that are due within seconds, and were never tried.

    ``oldest_ready_s`` is how long the first one has been due, ``oldest_unstarted_s`` since when the first one that no
    worker has begun was claimed.
    """

    job_type: str
    is_known: bool
    ready: int = 0
    scheduled: int = 0
    gathering: int = 0
    claimed_not_started: int = 0
    running: int = 0
    completed_last_hour: int = 0
    failed: int = 0
    dead_letter: int = 0
    oldest_ready_s: float | None = None
    oldest_unstarted_s: float | None = None
    width: int | None = None
    paused: bool = False
    paused_until: datetime | None = None
    pause_reason: str | None = None

    @property
    def left(self) -> int:
        """Jobs that are due or about to be, or at work."""
        return self.ready + self.gathering + self.claimed_not_started + self.running

    @property
    def obstacle(self) -> str | None:
        """Why none of its jobs will start until an operator or a deployment does something."""
        if not self.is_known:
            return "no code here knows the type"
        if self.paused:
            return f"paused by an operator ({self.pause_reason})" if self.pause_reason else "paused by an operator"
        return "its lane has the width 0" if self.width == 0 else None


def read_overview(known: Collection[str]) -> list[TypeOverview]:
    """Every type that the code knows or that has jobs, by name. A finished job counts for an hour, a bad end always."""
    types = {job_type: TypeOverview(job_type, is_known=True) for job_type in known}

    def of(job_type: str) -> TypeOverview:
        return types.setdefault(job_type, TypeOverview(job_type, is_known=False))

    for count in read_counts():
        setattr(of(count.job_type), count.state, count.jobs)
        of(count.job_type).gathering += count.gathering
        if count.state == "ready":
            of(count.job_type).oldest_ready_s = count.oldest_s
        if count.state == "claimed_not_started":
            of(count.job_type).oldest_unstarted_s = count.oldest_s
    for job_type, completed in completed_last_hour().items():
        of(job_type).completed_last_hour = completed
    for job_type, width, paused, paused_until, reason in rows_of(_LANES):
        if (lane := types.get(job_type)) is not None:
            lane.width, lane.paused, lane.paused_until = width, paused, paused_until
            lane.pause_reason = reason if paused or paused_until else None
    return sorted(types.values(), key=lambda of_type: of_type.job_type)
