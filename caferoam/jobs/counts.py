"""How many jobs of each type are in which state, and how old the oldest of them are."""

from typing import Final, NamedTuple

from caferoam.jobs.statements import rows_of

STATES: Final = ("ready", "scheduled", "claimed_not_started", "running", "failed", "dead_letter")

# Each state is read through the index that holds nothing else, so that the history costs nothing.
_COUNTS: Final = """
SELECT job_type, 'ready', count(*), extract(epoch FROM now() - min(scheduled_at))::float, 0
FROM job_queue WHERE status = 'pending' AND scheduled_at <= now() GROUP BY job_type
UNION ALL
SELECT job_type, 'scheduled', count(*), NULL,
    count(*) FILTER (WHERE attempts = 0 AND scheduled_at <= now() + interval '5 seconds')
FROM job_queue WHERE status = 'pending' AND scheduled_at > now() GROUP BY job_type
UNION ALL
SELECT job.job_type, CASE WHEN start.job_id IS NULL THEN 'claimed_not_started' ELSE 'running' END, count(*),
    extract(epoch FROM now() - min(coalesce(start.started_at, job.claimed_at)))::float, 0
FROM job_queue AS job LEFT JOIN job_starts AS start ON start.job_id = job.id AND start.attempt = job.attempts
WHERE job.status = 'claimed' GROUP BY 1, 2
UNION ALL
SELECT job_type, status, count(*), NULL, 0
FROM job_queue WHERE status IN ('failed', 'dead_letter') GROUP BY job_type, status
"""
_COMPLETED: Final = """
SELECT job_type, count(*) FROM job_queue
WHERE status = 'completed' AND completed_at > now() - interval '1 hour' GROUP BY job_type
"""


class Count(NamedTuple):
    """Jobs of one type in one of ``STATES``.

    ``oldest_s`` is how long the first of them has been due, claimed or at work; None for the other states.
    ``gathering`` are those of the ``scheduled`` that were never tried and are due within seconds, as what gathers into
    a batch is. They are read with the rest, so that no job is missed that becomes due between two looks.
    """

    job_type: str
    state: str
    jobs: int
    oldest_s: float | None
    gathering: int


def read_counts() -> list[Count]:
    """One for each type and state of which there are jobs."""
    return [Count(*row) for row in rows_of(_COUNTS)]


def completed_last_hour() -> dict[str, int]:
    """How many jobs of each type were completed."""
    return dict(rows_of(_COMPLETED))
