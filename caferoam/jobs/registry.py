"""The job types that this process's code knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from caferoam.jobs.payload import PayloadShape
from caferoam.jobs.run import JobBatch, JobRun

SOFT_LIMIT_SHARE: Final = 0.9
"""The soft limit strikes after this share of the hard one, which leaves time to put the row back."""


@dataclass(frozen=True)
class JobType:
    """What ``@job`` said about a type.

    With ``batch``, so many runs at most are handled together. ``needs`` are the kinds of providers that it asks.
    """

    name: str
    queue: str
    width: int
    time_limit: timedelta
    max_attempts: int
    priority: int
    unique: bool
    batch: int | None
    shape: PayloadShape
    handler: Callable[..., None]
    needs: frozenset[str] = frozenset()

    @property
    def soft_time_limit(self) -> timedelta:
        return self.time_limit * SOFT_LIMIT_SHARE

    def read_payload(self, run: JobRun) -> None:
        """Check the run's payload and set its arguments. Raises PayloadError."""
        run.arguments = self.shape.read(run.payload)

    def call(self, batch: JobBatch) -> None:
        """Let the handler do the work of all runs (one, unless the type is batched)."""
        if self.batch is not None:
            self.handler(batch)
            return
        for run in batch.runs:
            self.handler(run, **run.arguments)


class Registry(dict[str, JobType]):
    """Job types by name. A name can be taken once."""

    def add(self, job_type: JobType) -> None:
        if job_type.name in self:
            raise ValueError(f"the job type {job_type.name!r} exists already")
        self[job_type.name] = job_type


registry: Final = Registry()
