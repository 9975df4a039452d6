"""Run queued jobs inside a test, through the real claim, start and completion."""

from collections import Counter
from collections.abc import Collection
from itertools import batched

from caferoam.jobs import queue, runner
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.lanes import publish_lanes


def drain(job_types: Collection[str] | None = None) -> Counter[str]:
    """Run all due jobs (of these types, or of all known ones) until none is left; count them by the state reached.

    A job that is to be tried again later is counted as ``pending`` and left for then.
    """
    known = discover_job_types()
    publish_lanes(known.values())
    wanted = known.keys() if job_types is None else job_types
    states: Counter[str] = Counter()
    while claimed := queue.claim(wanted).tickets:
        for job_type, tickets in claimed.items():
            for message in batched(tickets, known[job_type].batch or 1):
                states += runner.run(known[job_type], message)
    return states
