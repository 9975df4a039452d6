from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from caferoam.desk import words

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""In Taipei."""


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 ms", "0 毫秒"),
        (0.0804, "80 ms", "80 毫秒"),
        (2.25, "2.2 s", "2.2 秒"),
        (59.4, "59 s", "59 秒"),
        (60, "1 min", "1 分"),
        (185, "3 min 5 s", "3 分 5 秒"),
        (3600, "1 h", "1 小時"),
        (7440.5, "2 h 4 min", "2 小時 4 分"),
        (86400, "1 d", "1 天"),
        (86400 * 5 + 3600 * 3 + 59, "5 d 3 h", "5 天 3 小時"),
        (-3, "0 ms", "0 毫秒"),
    ],
)
def test_a_duration_is_told_in_at_most_two_units(seconds: float, english: str, chinese: str) -> None:
    assert words.span(timedelta(seconds=seconds)) == english
    with translation.override("zh-hant"):
        assert words.span(timedelta(seconds=seconds)) == chinese


def test_what_was_and_what_will_be_are_told_apart() -> None:
    assert words.relative(NOON - timedelta(minutes=3), NOON) == "3 min ago"
    assert words.relative(NOON + timedelta(minutes=3), NOON) == "in 3 min"


def test_clocks_are_those_of_taipei_and_another_day_is_named() -> None:
    assert words.clock(NOON, NOON) == "12:00:00"
    assert words.clock(NOON + timedelta(hours=12), NOON) == "2026-11-24 00:00"
