"""How the queue stands, job type by job type, as operators are told it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from caferoam.jobs.statements import rows_of

# Each state through the index that holds nothing else, so that the history costs nothing.
_COUNTS: Final = """
SELECT job_type, 'ready', count(*), extract(epoch FROM now() - min(scheduled_at))::float
FROM job_queue WHERE status = 'pending' AND scheduled_at <= now() GROUP BY job_type
UNION ALL
SELECT job_type, 'scheduled', count(*), NULL
FROM job_queue WHERE status = 'pending' AND scheduled_at > now() GROUP BY job_type
UNION ALL
SELECT job.job_type, CASE WHEN start.job_id IS NULL THEN 'claimed' ELSE 'running' END, count(*), NULL
FROM job_queue AS job LEFT JOIN job_starts AS start ON start.job_id = job.id AND start.attempt = job.attempts
WHERE job.status = 'claimed' GROUP BY 1, 2
UNION ALL
SELECT job_type, 'completed_last_hour', count(*), NULL
FROM job_queue WHERE status = 'completed' AND completed_at > now() - interval '1 hour' GROUP BY job_type
UNION ALL
SELECT job_type, status, count(*), NULL
FROM job_queue WHERE status IN ('failed', 'dead_letter') GROUP BY job_type, status
"""
_LANES: Final = """
SELECT job_type, width, paused, CASE WHEN paused_until > now() THEN paused_until END, pause_reason FROM job_lanes
"""


@dataclass
class TypeOverview:
    """One job type. ``claimed`` were handed to a worker and have not started.

    ``is_known`` says whether this code has a handler; ``oldest_ready_s`` is how long the first one has been due.
    """

    job_type: str
    is_known: bool
    ready: int = 0
    scheduled: int = 0
    claimed: int = 0
    running: int = 0
    completed_last_hour: int = 0
    failed: int = 0
    dead_letter: int = 0
    oldest_ready_s: float | None = None
    width: int | None = field(default=None)
    paused: bool = False
    paused_until: datetime | None = None
    pause_reason: str | None = None

    @property
    def left(self) -> int:
        """Jobs that are due, or at work."""
        return self.ready + self.claimed + self.running

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
    for job_type, state, count, age_s in rows_of(_COUNTS):
        of_type = types.setdefault(job_type, TypeOverview(job_type, is_known=False))
        setattr(of_type, state, count)
        if state == "ready":
            of_type.oldest_ready_s = age_s
    for job_type, width, paused, paused_until, reason in rows_of(_LANES):
        if (lane := types.get(job_type)) is not None:
            lane.width, lane.paused, lane.paused_until = width, paused, paused_until
            lane.pause_reason = reason if paused or paused_until else None
    return sorted(types.values(), key=lambda of_type: of_type.job_type)
