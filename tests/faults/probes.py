"""What experiments do inside Django, in a process of its own: ``python -m tests.faults.probes race``.

``race`` belongs to the experiment ``rescue-against-completion``, ``schedule`` to ``beats-killed-and-late``.
"""

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import django
from django.db import connection, transaction
from django.utils import timezone

django.setup()

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask  # noqa: E402 - needs the settings

from caferoam.jobs import endings, queue  # noqa: E402 - likewise
from caferoam.jobs.discovery import discover_job_types  # noqa: E402 - likewise
from caferoam.jobs.lanes import publish_lanes  # noqa: E402 - likewise
from caferoam.jobs.models import Job, Lane  # noqa: E402 - likewise
from caferoam.jobs.tickets import Attempt  # noqa: E402 - likewise

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


def schedule(often: str, interval_s: str, *missed: str) -> None:
    """Make an entry that is due often, and two that were due ten minutes ago, when they had stood there for an hour."""
    interval = IntervalSchedule.objects.create(every=int(interval_s), period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name=often, task=JOB_TYPE, kwargs='{"ms": 1}', interval=interval)
    for name, zone in zip(missed, ("Asia/Taipei", "America/New_York"), strict=True):
        turn = timezone.now().astimezone(ZoneInfo(zone)) - timedelta(minutes=10)
        crontab = CrontabSchedule.objects.create(minute=turn.minute, hour=turn.hour, timezone=zone)
        entry = PeriodicTask.objects.create(name=name, task=JOB_TYPE, kwargs='{"ms": 1}', crontab=crontab)
        PeriodicTask.objects.filter(pk=entry.pk).update(date_changed=timezone.now() - timedelta(hours=1))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["race"]:
            race()
        case ["schedule", *arguments]:
            schedule(*arguments)
