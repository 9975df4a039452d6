"""What is played below relay and worker, on the queue's own steps: ``python -m tests.faults.probes race``.

The experiment ``rescue-against-completion`` says what for.
"""

import random
import sys
import threading
import time
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
    wins = [0, 0]

    def first() -> None:
        for attempt in attempts:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE job_queue SET claimed_at = now() - interval '1 hour' WHERE id = %s", [attempt.job_id]
                )
            both.wait()
            _hesitate()
            wins[0] += _complete(attempt)
            both.wait()
        connection.close()

    def second() -> None:
        for attempt in attempts:
            both.wait()
            _hesitate()
            wins[1] += _overtake(attempt)
            both.wait()
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(*wins)


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
    """Take the row for another attempt and complete that; False if the first one was quicker."""
    while Job.objects.filter(pk=attempt.job_id, status=Job.Status.CLAIMED).exists():
        if endings.rescue(LEASE):
            (job,) = queue.start(queue.claim([JOB_TYPE]).tickets[JOB_TYPE])
            return _complete(job.attempt)
    return False


if __name__ == "__main__":
    {"race": race}[sys.argv[1]]()
