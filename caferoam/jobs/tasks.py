"""The queue's own jobs."""

import logging
from collections import Counter
from datetime import timedelta
from typing import Final

from caferoam.jobs import pruning
from caferoam.jobs.decorator import job
from caferoam.jobs.run import JobRun

logger = logging.getLogger("caferoam.jobs")

SPARE_S: Final = 15.0
"""So long before its time is up pruning stops: longer than a chunk takes."""


@job("prune_jobs", queue="maintenance", width=1, time_limit=timedelta(minutes=10))
def prune_jobs(run: JobRun) -> None:
    """Delete what ended long ago. What is left when it is told to stop, or time is up, is left to the next turn."""
    total = pruning.prunable().total()
    pruned: Counter[str] = Counter()
    for state, gone in pruning.prune():
        pruned[state] += gone
        run.progress(pruned.total(), max(total, pruned.total()), state)
        if run.is_cancelled():
            return
        if run.time_left_s < SPARE_S:
            logger.warning("pruning: time is up; about %d jobs are left to the next turn", total - pruned.total())
            return
    pruning.forget_lost_starts()
    pruning.forget_expired_sessions()
    logger.info("pruned: %s", ", ".join(f"{count} {state}" for state, count in (+pruned).items()) or "nothing")
