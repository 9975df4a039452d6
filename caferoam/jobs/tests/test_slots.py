"""Turns, computed alike by everybody, on every clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import BaseSchedule, schedule
from django_celery_beat.clockedschedule import clocked
from django_celery_beat.tzcrontab import TzAwareCrontab

from caferoam.jobs.slots import LONGEST_CATCH_UP, catch_up_window, latest_slot, seconds_until_next

TAIPEI = ZoneInfo("Asia/Taipei")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HALF_A_DAY = timedelta(hours=12)


def taipei(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def cron(line: str, zone: ZoneInfo) -> TzAwareCrontab:
    minute, hour, day_of_month, month, day_of_week = line.split()
    return TzAwareCrontab(minute, hour, day_of_week, day_of_month, month, tz=zone)


def turns(when: BaseSchedule, begin: datetime, end: datetime) -> list[datetime]:
    """All turns that somebody sees who looks every minute."""
    looks = [begin + timedelta(minutes=n) for n in range(int((end - begin).total_seconds() // 60) + 1)]
    return sorted({slot for now in looks if (slot := latest_slot(when, now)) and slot >= begin})


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
    assert latest_slot(cron(line, TAIPEI), taipei(now)) == taipei(slot)


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        ("30 1 * * *", ["06:30"]),
        ("30 2 * * *", ["07:30"]),  # there is no 02:30; as much after 02:00 as it would have been
        ("0 2,3 * * *", ["07:00"]),  # 02:00 became 03:00
        ("0 * * * *", [f"{hour:02}:00" for hour in range(5, 13)]),
    ],
)
def test_each_turn_comes_once_on_the_night_when_clocks_go_forward(line: str, hours: list[str]) -> None:
    found = turns(cron(line, NEW_YORK), datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert [f"{slot:%H:%M}" for slot in found] == hours


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        ("30 1 * * *", ["05:30"]),  # the first of two
        ("*/30 1 * * *", ["05:00", "05:30"]),
        ("0 2 * * *", ["07:00"]),
        ("0 * * * *", [f"{hour:02}:00" for hour in range(4, 11)]),
    ],
)
def test_each_turn_comes_once_on_the_night_when_clocks_go_back(line: str, hours: list[str]) -> None:
    found = turns(cron(line, NEW_YORK), datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 10, tzinfo=UTC))
    assert [f"{slot:%H:%M}" for slot in found] == hours


def test_clocks_that_change_by_half_an_hour_invent_no_turn() -> None:
    begin = datetime(2026, 10, 3, 13, tzinfo=UTC)  # 15:30 UTC is 02:00 there, which becomes 02:30
    found = turns(cron("15 * * * *", LORD_HOWE), begin, begin + timedelta(hours=5))
    local = [f"{slot.astimezone(LORD_HOWE):%H:%M}" for slot in found]
    assert local == ["00:15", "01:15", "02:45", "03:15", "04:15"]


def test_no_turn_lies_ahead_while_clocks_change() -> None:
    when = cron("30 2 * * *", NEW_YORK)
    just_after = datetime(2026, 3, 8, 7, 10, tzinfo=UTC)  # 03:10 on clocks that never showed 02:30
    assert latest_slot(when, just_after) == datetime(2026, 3, 7, 7, 30, tzinfo=UTC)


def test_turns_of_an_interval_are_the_same_for_everybody() -> None:
    when = schedule(run_every=timedelta(minutes=10))
    one, other = taipei("2026-11-23T03:01"), taipei("2026-11-23T03:09:59")
    assert latest_slot(when, one) == latest_slot(when, other) == taipei("2026-11-23T03:00")


def test_a_single_moment_is_its_only_turn() -> None:
    when = clocked(taipei("2026-11-23T17:04"))
    assert latest_slot(when, taipei("2026-11-23T17:03:59")) is None
    assert latest_slot(when, taipei("2026-11-24T12:00")) == taipei("2026-11-23T17:04")


def test_what_follows_the_sun_is_refused() -> None:
    with pytest.raises(ValueError, match="BaseSchedule"):
        latest_slot(BaseSchedule(), taipei("2026-11-23T17:04"))


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        (cron("0 3 * * *", TAIPEI), 20),
        (schedule(run_every=timedelta(seconds=50)), 30),
        (clocked(taipei("2026-11-23T17:05")), 80),
        (clocked(taipei("2026-11-23T17:00")), float("inf")),
    ],
)
def test_the_next_turn_is_looked_for_in_time(when: BaseSchedule, seconds: float) -> None:
    assert seconds_until_next(when, taipei("2026-11-23T17:03:40")) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("when", "slot", "window"),
    [
        (cron("17 * * * *", TAIPEI), "2026-11-23T03:17", HALF_A_DAY),
        (cron("0 3 * * *", TAIPEI), "2026-11-23T03:00", HALF_A_DAY),
        (cron("0 9 * * 1-5", TAIPEI), "2026-11-24T09:00", HALF_A_DAY),
        (cron("0 9 * * 1-5", TAIPEI), "2026-11-23T09:00", LONGEST_CATCH_UP),  # a Monday
        (cron("0 9 * * 1", TAIPEI), "2026-11-23T09:00", LONGEST_CATCH_UP),
        (cron("0 9 1 * *", TAIPEI), "2026-11-01T09:00", LONGEST_CATCH_UP),
        (schedule(run_every=timedelta(hours=24)), "2026-11-23T08:00", HALF_A_DAY),
        (schedule(run_every=timedelta(days=7)), "2026-11-19T08:00", LONGEST_CATCH_UP),
        (clocked(taipei("2026-11-23T17:05")), "2026-11-23T17:05", LONGEST_CATCH_UP),
    ],
)
def test_rare_turns_are_made_up_for_longer(when: BaseSchedule, slot: str, window: timedelta) -> None:
    assert latest_slot(when, taipei(slot)) == taipei(slot)
    assert catch_up_window(when, taipei(slot)) == window


def test_a_daily_turn_stays_daily_on_the_longest_day() -> None:
    when = cron("0 3 * * *", NEW_YORK)
    slot = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert latest_slot(when, slot) == slot
    assert catch_up_window(when, slot) == HALF_A_DAY
