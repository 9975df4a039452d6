"""Real beats, side by side, without Redis."""

import time
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from caferoam.jobs.models import Job
from caferoam.jobs.statements import rows_of
from caferoam.testing.live import Live, eventually

pytestmark = pytest.mark.slow

NOWHERE = "redis://127.0.0.1:9/0"


def turns() -> list[int]:
    """The seconds since 1970 whose turns were queued. A row's id tells which turn is its own."""
    now_s = int(time.time())
    slots = {s: datetime.fromtimestamp(s, UTC).isoformat(timespec="seconds") for s in range(now_s - 600, now_s + 10)}
    ids = dict(
        rows_of(
            "SELECT slot, md5('cron:each second:' || slot)::uuid FROM unnest(%s::text[]) AS slot", [[*slots.values()]]
        )
    )
    queued = set(Job.objects.filter(job_type="live_quiet").values_list("pk", flat=True))
    found = [second for second, slot in slots.items() if ids[slot] in queued]
    assert len(found) == len(queued)
    return found


def test_beats_side_by_side_and_killed_in_turn_make_one_row_of_each_turn(live: Live) -> None:
    each_second = IntervalSchedule.objects.create(every=1, period="seconds")
    entry = PeriodicTask.objects.create(name="each second", task="live_quiet", interval=each_second)
    first, second = live.beat(REDIS_URL=NOWHERE), live.beat(REDIS_URL=NOWHERE)
    assert eventually(lambda: len(turns()) >= 3), first.output()
    first.kill()
    assert eventually(lambda: second.output().count("each second for") >= 3), second.output()
    third = live.beat(REDIS_URL=NOWHERE)
    second.kill()
    assert eventually(lambda: third.output().count("each second for") >= 3), third.output()
    third.terminate()
    entry.refresh_from_db()
    assert entry.total_run_count == Job.objects.filter(job_type="live_quiet").count() == len(turns())
    assert set(settings.JOBS_SCHEDULE) <= set(PeriodicTask.objects.values_list("name", flat=True))
