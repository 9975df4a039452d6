"""What a handler holds while it works: its attempt at one job, or at a batch of them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from caferoam import tracing
from caferoam.jobs import queue
from caferoam.jobs.errors import LeaseLost
from caferoam.jobs.queue import StartedJob
from caferoam.jobs.statements import rows_of
from caferoam.jobs.tickets import Attempt

ASK_EVERY_S: Final = 1.0
"""Progress is noted, and the row asked after, no more often: handlers may do both in their inner loop."""


class JobRun:
    """One attempt at one job.

    ``payload`` is the row's JSON, ``arguments`` the same as the handler's types; ``deadline`` is the moment of
    ``time.monotonic()`` at which the soft time limit strikes; ``attempt`` counts from 1, and ``is_last`` says that no
    other will follow; ``waited_s`` is how late it started.
    """

    def __init__(self, started: StartedJob, *, deadline: float) -> None:
        self.id: UUID = started.attempt.job_id
        self.attempt: int = started.attempt.number
        self.is_last = started.attempt.number >= started.max_attempts
        self.waited_s = started.waited_s
        self.payload: Mapping[str, Any] = started.payload
        self.arguments: dict[str, Any] = {}
        self.deadline = deadline
        self.completed = False
        self.error: BaseException | None = None
        self._noted_at = self._asked_at = float("-inf")
        self._cancelled = False

    @property
    def fence(self) -> Attempt:
        """What the queue's steps must name so that they touch this attempt only."""
        return Attempt(self.id, self.attempt)

    @property
    def time_left_s(self) -> float:
        """Seconds until the soft time limit strikes; negative when it has."""
        return self.deadline - time.monotonic()

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Tell operators how far it has come, in units of the handler's choice. Once a second at most is written down.

        Call it outside of transactions, or nobody sees it before they end.
        """
        if done == total or time.monotonic() >= self._noted_at + ASK_EVERY_S:
            self._noted_at = time.monotonic()
            queue.report_progress(self.fence, done=done, total=total, note=note)

    def is_cancelled(self) -> bool:
        """Whether an operator has cancelled the job, or it was taken away: then stop, nothing can be completed.

        The answer is up to a second old.
        """
        if not self._cancelled and time.monotonic() >= self._asked_at + ASK_EVERY_S:
            self._asked_at = time.monotonic()
            if not queue.holds(self.fence):
                # For good: the row may be claimed anew soon, and nobody has started it then, so that this attempt could
                # still complete it, though its handler has been told to leave its work half done.
                self._cancelled, self.error = True, LeaseLost("cancelled, or taken over")
        return self._cancelled

    @contextmanager
    def completing(self) -> Iterator[None]:
        """A transaction for the handler's writes, which commits together with the job's completion or not at all.

        Do it once, last. A handler that returns without it is completed in a transaction of its own, which waits for no
        disk: a crash of Postgres within the next second lets it run again. One that did something outside of the
        database completes here, though it has nothing to write.

        Raises:
            LeaseLost: the row is no longer this attempt's, and the writes were rolled back. Leave it to the caller.
        """
        with _completing([self]):
            yield


class JobBatch:
    """Attempts at several jobs of one type, done together."""

    def __init__(self, runs: Sequence[JobRun]) -> None:
        self.runs = runs

    def fail(self, run: JobRun, error: Exception) -> None:
        """Leave this one out: ``completing`` passes it by, and its row ends as if its handler had raised ``error``."""
        run.error = error

    @contextmanager
    def completing(self) -> Iterator[None]:
        """As ``JobRun.completing``, for all runs that have not failed when the block ends.

        Raises:
            LeaseLost: at least one row was lost, and everything was rolled back; the others run again at once.
        """
        with _completing(self.runs):
            yield


@contextmanager
def _completing(runs: Sequence[JobRun]) -> Iterator[None]:
    with transaction.atomic():
        if context := tracing.setting():
            rows_of("SELECT set_config('caferoam.job_context', %s, true)", [context])  # for what triggers queue
        yield
        for run in runs:
            if isinstance(run.error, LeaseLost):
                raise run.error
        good = [run for run in runs if run.error is None]
        # Last in the transaction: while the row is locked, its lease cannot be renewed.
        if queue.complete([run.fence for run in good]) != len(good):
            raise LeaseLost
    for run in good:
        run.completed = True
