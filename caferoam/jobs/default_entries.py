"""The schedule as the code proposes it. Each entry is created once; from then on it is the operators'.

To stop one, disable it: one that was deleted is created again when beat starts.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django_celery_beat.models import CrontabSchedule, PeriodicTask

AWAITED: Final = (
    "Not in use yet: this version of the code has no such job. The version that brings it enables this entry, unless"
    " somebody edits it before. "
)


def create_default_entries(entries: Mapping[str, tuple[str, str]], known_types: Collection[str]) -> None:
    """Create the entries that are missing: job type to crontab, in TIME_ZONE, and description.

    An entry whose job type is not among ``known_types`` is created disabled. As soon as the type is known it is
    enabled, unless somebody has edited it meanwhile.
    """
    for job_type, (line, description) in sorted(entries.items()):
        with transaction.atomic():
            if job_type not in known_types:
                _create_awaiting(job_type, line, AWAITED + description)
            elif not _enable_awaiting(job_type, line, description):
                _create(job_type, line, description, enabled=True)


def _create(job_type: str, line: str, description: str, *, enabled: bool) -> bool:
    """Whether it was missing."""
    _, created = PeriodicTask.objects.get_or_create(
        name=job_type,
        defaults={
            "task": job_type,
            "crontab": partial(_crontab, line),
            "description": description,
            "enabled": enabled,
        },
    )
    return bool(created)


def _create_awaiting(job_type: str, line: str, description: str) -> None:
    if _create(job_type, line, description, enabled=False):
        # The mark of an entry that nobody has touched: every edit moves date_changed on.
        PeriodicTask.objects.filter(name=job_type).update(start_time=F("date_changed"))


def _enable_awaiting(job_type: str, line: str, description: str) -> bool:
    untouched: QuerySet[PeriodicTask] = PeriodicTask.objects.filter(
        name=job_type, enabled=False, start_time=F("date_changed")
    )
    if not untouched.exists():
        return False
    return bool(
        untouched.update(
            crontab=_crontab(line), description=description, enabled=True, start_time=None, date_changed=Now()
        )
    )


def _crontab(line: str) -> CrontabSchedule:
    minute, hour, day_of_month, month_of_year, day_of_week = line.split()
    when = {
        "minute": minute,
        "hour": hour,
        "day_of_month": day_of_month,
        "month_of_year": month_of_year,
        "day_of_week": day_of_week,
        "timezone": settings.TIME_ZONE,
    }
    return CrontabSchedule.objects.filter(**when).first() or CrontabSchedule.objects.create(**when)
