"""A week goes round: what is open at each minute, until when, and as a person would write it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.hours.week import (
    DAY_MINUTES,
    TAIPEI,
    WEEK_MINUTES,
    OpenInterval,
    OpenWeek,
    minute_of_week,
    read_open_week,
)

MONDAY = datetime(2026, 11, 23, tzinfo=TAIPEI)

_SPANS = st.lists(
    st.tuples(st.integers(0, WEEK_MINUTES - 1), st.integers(1, WEEK_MINUTES)).map(lambda it: (it[0], it[0] + it[1])),
    min_size=1,
    max_size=12,
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A weekday, 0 for Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def nine_to_six() -> OpenWeek:
    return OpenWeek.of_days((day, [OpenInterval(540, 1080)]) for day in range(5))


def test_minutes_count_from_monday_midnight_in_taipei() -> None:
    assert minute_of_week(MONDAY) == 0
    assert minute_of_week(at(6, 23, 59) + timedelta(seconds=59)) == WEEK_MINUTES - 1
    assert minute_of_week(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == 0, "Sunday afternoon in Greenwich"


@pytest.mark.parametrize(
    ("moment", "is_open", "change"),
    [
        (at(0, 8, 59), False, at(0, 9)),
        (at(0, 9), True, at(0, 18)),
        (at(0, 17, 59) + timedelta(seconds=30), True, at(0, 18)),
        (at(0, 18), False, at(1, 9)),
        (at(4, 18), False, at(7, 9)),
        (at(6, 12), False, at(7, 9)),
    ],
)
def test_it_opens_and_closes(moment: datetime, is_open: bool, change: datetime) -> None:
    assert nine_to_six().is_open_at(moment) is is_open
    assert nine_to_six().next_change_after(moment) == change


def test_the_next_change_is_told_in_taipei_s_time() -> None:
    change = nine_to_six().next_change_after(at(0, 8).astimezone(UTC))
    assert change is not None
    assert change.isoformat() == "2026-11-23T09:00:00+08:00"


def test_a_sunday_night_ends_on_monday() -> None:
    week = OpenWeek.of_days([(6, [OpenInterval(18 * 60, 26 * 60)])])
    assert week.spans == ((0, 120), (6 * DAY_MINUTES + 18 * 60, WEEK_MINUTES))
    assert week.next_change_after(at(6, 23)) == at(7, 2)
    assert week.next_change_after(at(0, 1)) == at(0, 2)
    assert week.days()[6] == [OpenInterval(18 * 60, 26 * 60)]
    assert week.days()[0] == []


def test_what_never_closes_never_changes() -> None:
    week = OpenWeek.of_days((day, [OpenInterval(0, DAY_MINUTES)]) for day in range(7))
    assert week.always_open
    assert week.next_change_after(MONDAY) is None
    assert week.days() == [[OpenInterval(0, DAY_MINUTES)]] * 7


def test_what_lasts_for_days_is_cut_at_midnight() -> None:
    assert OpenWeek.of([(600, 2 * DAY_MINUTES + 120)]).days()[:4] == [
        [OpenInterval(600, DAY_MINUTES)],
        [OpenInterval(0, DAY_MINUTES)],
        [OpenInterval(0, 120)],
        [],
    ]


@pytest.mark.parametrize(
    "spans", [[], [(-1, 5)], [(5, 5)], [(WEEK_MINUTES, WEEK_MINUTES + 1)], [(0, WEEK_MINUTES + 1)]]
)
def test_what_is_no_week_is_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match=r"week"):
        OpenWeek.of(spans)


@given(_SPANS)
def test_a_week_is_the_union_of_its_spans(spans: list[tuple[int, int]]) -> None:
    week = OpenWeek.of(spans)
    minutes = {minute % WEEK_MINUTES for start, end in spans for minute in range(start, end)}
    assert {minute for start, end in week.spans for minute in range(start, end)} == minutes
    assert all(before[1] < after[0] for before, after in zip(week.spans, week.spans[1:], strict=False))


@given(_SPANS)
def test_days_and_literals_tell_the_whole_week(spans: list[tuple[int, int]]) -> None:
    week = OpenWeek.of(spans)
    assert OpenWeek.of_days(enumerate(week.days())) == week
    assert read_open_week(week.literal) == week
    assert all(closes - opens <= DAY_MINUTES for day in week.days() for opens, closes in day)


@given(_SPANS, st.integers(0, WEEK_MINUTES - 1))
def test_a_change_is_the_first_minute_that_differs(spans: list[tuple[int, int]], minute: int) -> None:
    week = OpenWeek.of(spans)
    moment = MONDAY + timedelta(minutes=minute)
    change = week.next_change_after(moment)
    now = week.is_open_at(moment)
    if change is None:
        assert week.always_open
        return
    assert moment < change <= moment + timedelta(minutes=WEEK_MINUTES)
    assert week.is_open_at(change) is not now
    assert week.is_open_at(change - timedelta(minutes=1)) is now
