"""A job that fails."""

from datetime import timedelta

from caferoam.jobs import JobRun, job
from caferoam.tests.spilling import spill


@job("spill", queue="default", width=2, time_limit=timedelta(seconds=30), max_attempts=1)
def spill_in_a_job(run: JobRun, *, note: str) -> None:
    """Take what is in the payload, and fail."""
    spill()
