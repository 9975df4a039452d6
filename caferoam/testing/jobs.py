"""Run queued jobs inside a test, through the real claim, start and completion."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import batched

from django.contrib.postgres.functions import TransactionNow

from caferoam.jobs import queue, runner
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job
from caferoam.jobs.tickets import Ticket


def drain(job_types: Collection[str] | None = None) -> Counter[str]:
    """Run all due jobs (of these types, or of all known ones) until none is left; count them by the state reached.

    A job that is to be tried again later is counted as ``pending`` and left for then. What only waits a moment to be
    gathered into a batch is not waited for.
    """
    known = discover_job_types()
    publish_lanes(known.values())
    wanted = known.keys() if job_types is None else job_types
    states: Counter[str] = Counter()
    while claimed := _claim(wanted):
        for job_type, tickets in claimed.items():
            for message in batched(tickets, known[job_type].batch or 1):
                states += runner.run(known[job_type], message)
    return states


def _claim(job_types: Collection[str]) -> Mapping[str, list[Ticket]]:
    soon = TransactionNow() + timedelta(seconds=5)
    gathering = Job.objects.filter(status="pending", attempts=0, scheduled_at__lte=soon)
    gathering.filter(scheduled_at__gt=TransactionNow()).update(scheduled_at=TransactionNow())
    return queue.claim(job_types).tickets
