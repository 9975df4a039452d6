"""The drawing of what was spent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from enrichment.spending.amounts import about, usd
from enrichment.spending.chart import HEIGHT, MOST_SERIES, OTHERS, WIDTH, Chart, draw
from enrichment.spending.sums import By, Entry, Sums

TODAY = date(2026, 11, 23)


def entry(amount: str, *, purpose: str = "a", model: str = "m", days_ago: int = 0) -> Entry:
    return Entry(TODAY - timedelta(days=days_ago), purpose, model, Sums(usd=Decimal(amount)))


def drawn(*entries: Entry, days: int = 7, by: By = "purpose") -> Chart:
    return draw(entries, since=TODAY - timedelta(days=days - 1), until=TODAY, by=by)


def test_there_is_a_bar_for_each_day_and_beyond_a_quarter_for_each_month() -> None:
    assert [bar.name for bar in drawn(days=3).bars] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert len(drawn(days=90).bars) == 90
    months = drawn(days=365).bars
    assert (len(months), months[0].name, months[-1].name) == (13, "2025-11", "2026-11")


def test_bars_are_stacked_without_gaps_what_costs_most_at_the_bottom() -> None:
    chart = drawn(entry("1", purpose="little"), entry("3", purpose="much"))
    little_and_much = chart.bars[-1].parts
    assert chart.series == ["much", "little"]
    assert [(part.name, part.height) for part in little_and_much] == [("much", 150.0), ("little", 50.0)]
    assert little_and_much[0].top + little_and_much[0].height == HEIGHT
    assert little_and_much[1].top + little_and_much[1].height == little_and_much[0].top
    assert chart.bars[-1].left + chart.bars[-1].width <= WIDTH


@pytest.mark.parametrize(
    ("amount", "top"),
    [("1", "1"), ("1.01", "2"), ("5.92", "6"), ("7", "8"), ("9.5", "10"), ("0.00031", "0.0004"), ("1234", "2000")],
)
def test_the_upper_edge_is_the_next_amount_that_reads_well(amount: str, top: str) -> None:
    assert drawn(entry(amount)).top == Decimal(top)


def test_more_series_than_there_are_colours_are_shown_together() -> None:
    chart = drawn(*(entry(str(10 - number), model=f"m{number}") for number in range(8)), by="model")
    assert chart.series == [*(f"m{number}" for number in range(MOST_SERIES)), OTHERS]
    assert chart.bars[-1].amounts[-1] == 5 + 4 + 3
    assert sum(chart.bars[-1].amounts) == chart.bars[-1].usd == 10 + 9 + 8 + 7 + 6 + 5 + 4 + 3


def test_what_is_too_little_to_be_seen_gets_a_line_and_what_costs_nothing_does_not() -> None:
    chart = drawn(entry("1000"), entry("0.000001", days_ago=1), entry("0", purpose="free"))
    assert [part.height for part in chart.bars[-2].parts] == [1.0]
    assert chart.series == ["a"]


def test_nothing_at_all_is_an_empty_drawing() -> None:
    chart = drawn()
    assert (chart.series, chart.top, chart.bars[-1].parts) == ([], Decimal(1), [])


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "0.00"),
        ("12.3", "12.30"),
        ("1234.567", "1,234.57"),
        ("0.01", "0.01"),
        ("0.0041", "0.0041"),
        ("0.00075123", "0.00075"),
        ("0.000000240", "0.00000024"),
        ("-3", "-3.00"),
    ],
)
def test_amounts_never_read_as_nothing(amount: str, said: str) -> None:
    assert usd(Decimal(amount)) == said


@pytest.mark.parametrize(
    ("count", "said"), [(950, "950"), (9_999, "9,999"), (38_200, "38 k"), (4_100_000, "4.1 M"), (12_345_678, "12.3 M")]
)
def test_large_counts_are_rounded(count: int, said: str) -> None:
    assert about(count) == said
