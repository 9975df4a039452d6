"""When a vendor's errors say to come back."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from caferoam.providers.http_errors import may_pass, retry_after


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("17", timedelta(seconds=17)),
        (" 17 ", timedelta(seconds=17)),
        ("0.5", timedelta(seconds=0.5)),
        ("0", timedelta()),
        ("9" * 400, timedelta(days=1)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta()),
        pytest.param(format_datetime(datetime.now(UTC) + timedelta(days=9)), timedelta(days=1), id="in nine days"),
        ("-5", None),
        ("١٧", None),
        (".", None),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_seconds_and_dates_are_understood_up_to_a_day_and_nothing_else(said: str, wait: timedelta | None) -> None:
    assert retry_after({"Retry-After": said}) == wait


def test_the_first_header_that_says_it_counts() -> None:
    headers = {"retry-after-ms": "1500", "retry-after": "2", "ratelimit-reset": "60"}
    assert retry_after(headers, "retry-after-ms", "retry-after") == timedelta(seconds=1.5)
    assert retry_after(headers | {"retry-after-ms": "?"}, "retry-after-ms", "retry-after") == timedelta(seconds=2)
    assert retry_after(headers, "ratelimit-reset", at_most=timedelta(seconds=30)) == timedelta(seconds=30)
    assert retry_after({}) is None


def test_what_is_busy_or_broken_passes_and_what_is_wrong_does_not() -> None:
    assert [status for status in (400, 404, 408, 409, 413, 422, 429, 500, 503, 529) if not may_pass(status)] == [
        400, 404, 413, 422,
    ]  # fmt: skip
