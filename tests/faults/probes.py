"""What is played below relay and worker, on the queue's own steps: ``python -m tests.faults.probes race``.

The experiment ``rescue-against-completion`` says what for.
"""

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import django
from django.db import connection, transaction

django.setup()

from caferoam.jobs import endings, queue  # noqa: E402 - these need the settings
from caferoam.jobs.discovery import discover_job_types  # noqa: E402
from caferoam.jobs.lanes import publish_lanes  # noqa: E402
from caferoam.jobs.models import Job, Lane  # noqa: E402
from caferoam.jobs.tickets import Attempt  # noqa: E402

JOB_TYPE = "faults_ledger"
LEASE = timedelta(minutes=1)
LONGEST_HEAD_START_S = 0.003


def race() -> None:
    """Let two sessions meet over each row that waits; print how many each of them completed."""
    publish_lanes(discover_job_types().values())
    Lane.objects.filter(pk=JOB_TYPE).update(width=10_000)
    attempts = [job.attempt for job in queue.start(queue.claim([JOB_TYPE]).tickets[JOB_TYPE])]
    both = threading.Barrier(2, timeout=30)

    def first() -> int:
        wins = 0
        for attempt in attempts:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE job_queue SET claimed_at = now() - interval '1 hour' WHERE id = %s", [attempt.job_id]
                )
            both.wait()
            _hesitate()
            wins += _complete(attempt)
            both.wait()
        connection.close()
        return wins

    def second() -> int:
        wins = 0
        for attempt in attempts:
            both.wait()
            _hesitate()
            wins += _overtake(attempt)
            both.wait()
        connection.close()
        return wins

    with ThreadPoolExecutor(2) as sessions:
        print(*[each.result() for each in [sessions.submit(first), sessions.submit(second)]])


def _hesitate() -> None:
    time.sleep(random.uniform(0, LONGEST_HEAD_START_S))  # noqa: S311 - no secret


def _complete(attempt: Attempt) -> bool:
    """Complete it with its effect, as ``JobRun.completing`` does."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger (job_id) VALUES (%s)", [attempt.job_id])
        done = queue.complete([attempt]) == 1
        transaction.set_rollback(not done)
    return done


def _overtake(attempt: Attempt) -> bool:
    """Take the row for another attempt and complete that; False if the first one was quicker.

    It can be quicker still when the row is claimed again but not started: its attempt is the newest one then.
    """
    unfinished = Job.objects.filter(pk=attempt.job_id, status__in=[Job.Status.PENDING, Job.Status.CLAIMED])
    while unfinished.exists():
        endings.rescue(LEASE)
        for job in queue.start(queue.claim([JOB_TYPE]).tickets.get(JOB_TYPE, [])):
            return _complete(job.attempt)
    return False


if __name__ == "__main__":
    {"race": race}[sys.argv[1]]()
