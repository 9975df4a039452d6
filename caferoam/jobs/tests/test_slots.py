from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab, schedule
from django_celery_beat.clockedschedule import clocked
from django_celery_beat.tzcrontab import TzAwareCrontab

from caferoam.jobs.slots import latest_slot

TAIPEI = ZoneInfo("Asia/Taipei")
BERLIN = ZoneInfo("Europe/Berlin")


def taipei(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("line", "now", "slot"),
    [
        ("0 3 * * *", "2026-11-23T03:00:00", "2026-11-23T03:00"),
        ("0 3 * * *", "2026-11-23T02:59:59", "2026-11-22T03:00"),
        ("0 9 * * 1", "2026-11-22T23:00:00", "2026-11-16T09:00"),
        ("*/15 8-9 * * *", "2026-11-23T10:20:00", "2026-11-23T09:45"),
        ("0 0 29 2 *", "2027-03-01T00:00:00", "2024-02-29T00:00"),
    ],
)
def test_the_latest_turn_of_a_crontab(line: str, now: str, slot: str) -> None:
    assert latest_slot(crontab.from_string(line), taipei(now)) == taipei(slot)


def test_a_crontab_keeps_its_own_zone_across_the_change_of_clocks() -> None:
    daily = TzAwareCrontab(minute="30", hour="2", tz=BERLIN)
    spring = datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    assert latest_slot(daily, spring).date() == spring.date()
    assert latest_slot(daily, spring) == latest_slot(daily, spring + timedelta(hours=5))


def test_turns_of_an_interval_are_the_same_for_everybody() -> None:
    when = schedule(run_every=timedelta(minutes=10))
    one, other = taipei("2026-11-23T03:01"), taipei("2026-11-23T03:09:59")
    assert latest_slot(when, one) == latest_slot(when, other) == taipei("2026-11-23T03:00")


def test_other_schedules_turn_by_the_minute() -> None:
    when = clocked(taipei("2026-11-23T17:04"))
    assert latest_slot(when, taipei("2026-11-23T17:04:33")) == taipei("2026-11-23T17:04")
