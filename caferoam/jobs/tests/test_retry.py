from datetime import timedelta

import pytest

from caferoam.jobs.backoff import Backoff
from caferoam.jobs.retry import delay_after, snooze_for


@pytest.mark.parametrize(("failures", "seconds"), [(1, 15), (2, 60), (3, 240), (4, 960), (5, 3600), (400, 3600)])
def test_each_wait_is_four_times_the_last_up_to_an_hour(failures: int, seconds: int) -> None:
    assert delay_after(failures, luck=0.5) == timedelta(seconds=seconds)


def test_waits_spread_a_fifth_to_either_side() -> None:
    assert delay_after(1, luck=0) == timedelta(seconds=12)
    assert delay_after(1, luck=1) == timedelta(seconds=18)
    assert len({delay_after(1) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (timedelta(seconds=100), 100, 120),
        (timedelta(days=1), 3600, 4320),
        (timedelta(seconds=-5), 0, 0),
        (None, 30, 36),
    ],
)
def test_a_provider_is_left_alone_at_least_as_long_as_it_asked_for(
    asked: timedelta | None, least: float, most: float
) -> None:
    assert snooze_for(asked, luck=0) == timedelta(seconds=least)
    assert snooze_for(asked, luck=1) == timedelta(seconds=most)
    assert timedelta(seconds=least) <= snooze_for(asked) <= timedelta(seconds=most)


def test_trouble_waits_longer_each_time_and_is_forgotten_by_success() -> None:
    now = 100.0
    backoff = Backoff(1, 5, clock=lambda: now)
    assert backoff.remaining_s == 0
    assert not backoff.succeeded()
    assert [backoff.failed() for _ in range(4)] == [1, 2, 4, 5]
    assert backoff.remaining_s == 5
    now = 104.0
    assert backoff.remaining_s == 1
    assert backoff.succeeded()
    assert (backoff.remaining_s, backoff.failed()) == (0, 1)
