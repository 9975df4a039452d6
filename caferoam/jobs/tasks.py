"""The queue's own jobs."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from celery import signals
from django.core.exceptions import ImproperlyConfigured

from caferoam.jobs import pruning
from caferoam.jobs.decorator import job
from caferoam.jobs.registry import registry
from caferoam.jobs.run import JobRun
from caferoam.providers import checks

logger = logging.getLogger("caferoam.jobs")

SPARE_S: Final = 15.0
"""So long before its time is up pruning stops: longer than a chunk takes."""


def needs_of(queues: Collection[str]) -> list[str]:
    """The kinds of providers that the jobs of these queues ask."""
    return sorted({kind for job_type in registry.values() if job_type.queue in queues for kind in job_type.needs})


@signals.celeryd_after_setup.connect
def require_providers(*, instance: Any, **_: object) -> None:
    """Let no worker start that could not do the jobs of its queues: else that is known only when one is due."""
    try:
        checks.require(*needs_of(instance.app.amqp.queues.consume_from))
    except ImproperlyConfigured as exc:
        raise SystemExit(str(exc)) from exc  # any other exception Celery would log, and go on


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
