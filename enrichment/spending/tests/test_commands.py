"""``manage.py spend``, and what ``backfill --all`` says before it spends."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from caferoam.jobs.models import Job
from caferoam.providers.llm import get_describer
from caferoam.testing.anthropic import KEY, AnthropicStub
from caferoam.testing.jobs import drain
from enrichment.models import LlmBudget, LlmUsage
from enrichment.spending import forecast
from enrichment.tests.making import forget_jobs, make_shop, review
from shops.models import Shop

pytestmark = pytest.mark.usefixtures("taxonomy")


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


def shops(count: int) -> list[Shop]:
    made = [make_shop(f"第{number}間") for number in range(count)]
    for number, shop in enumerate(made):
        review(shop, "很安靜，有插座。" * (1 + number % 5))
    forget_jobs()
    return made


def spend(*arguments: str) -> str:
    out = io.StringIO()
    call_command("spend", *arguments, stdout=out)
    return out.getvalue()


def backfill(*arguments: str, answer: str | None = None) -> str:
    out = io.StringIO()
    stdin = io.StringIO() if answer is None else Terminal(answer)
    call_command("backfill", *arguments, stdout=out, stderr=io.StringIO(), stdin=stdin)
    return out.getvalue()


def test_spend_tells_the_stubs_own_count_to_the_token(stub: AnthropicStub) -> None:
    shops(5)
    backfill("enrich")
    assert drain(["enrich_shop"]) == Counter(completed=5)
    told = json.loads(spend("--json"))
    billed = stub.billed
    assert told["total"]["calls"] == told["total"]["items"] == billed.calls == 5
    assert told["total"]["tokens_in"] == billed.tokens_in + billed.cache_writes + billed.cache_reads
    assert told["total"]["tokens_cached"] == billed.cache_reads
    assert told["total"]["tokens_out"] == billed.tokens_out
    assert Decimal(told["total"]["usd"]) == sum(LlmUsage.objects.values_list("usd", flat=True))
    assert list(told["sums"]) == ["enrich_shop"]


def test_spend_is_a_table_with_sums_budgets_and_what_is_used_of_them() -> None:
    today = timezone.localdate()
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=4, monthly_usd=200)
    for usd, purpose, days in (("2", "enrich_shop", 0), ("1", "search", 0), ("4", "enrich_shop", 40)):
        LlmUsage.objects.create(
            provider="x",
            model="m",
            purpose=purpose,
            usd=Decimal(usd),
            tokens_in=1500,
            tokens_cached=500,
            created_at=timezone.now() - timedelta(days=days),
        )
    lines = [re.sub(" +", " ", line) for line in spend().splitlines()]
    assert lines[0] == f"{today - timedelta(days=29)} to {today}, by purpose"
    assert lines[2:6] == [
        "purpose calls answered tokens in of them cached tokens out USD USD each",
        "enrich_shop 1 1 1,500 500 0 2.00 2.00",
        "search 1 1 1,500 500 0 1.00 1.00",
        "all 2 2 3,000 1,000 0 3.00",
    ]
    assert "enrich_shop 2.00 4.00 (50%) 2.00 200.00 (1%) 0.00" in lines
    assert "search 1.00 – 1.00 – 0.00" in lines
    by_month = spend("--by", "month", "--since", str(today - timedelta(days=60)))
    assert f"{today - timedelta(days=40):%Y-%m}" in by_month
    assert f"{today}" in spend("--by", "day", "--since", str(today))


def test_spend_says_what_is_reached_until_when() -> None:
    LlmBudget.objects.create(purpose="search", daily_usd=0)
    midnight = f"{timezone.localdate() + timedelta(days=1)} 00:00"
    assert f"The budget of search is reached: nothing is spent until {midnight}." in spend()


def test_spend_of_nothing() -> None:
    assert "Nothing was spent this month, and there are no budgets." in spend()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "'yesterday' is no day: write it as 2026-11-23"),
        (["--since", "2026-11-23", "--until", "2026-11-01"], "--until 2026-11-01 is before --since 2026-11-23."),
        (["--by", "shop"], "invalid choice: 'shop'"),
    ],
)
def test_spend_refuses_what_it_cannot_tell(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=re.escape(said)):
        spend(*arguments)


def test_all_says_what_it_will_cost_and_asks(stub: AnthropicStub) -> None:
    shops(3)
    said = backfill("enrich", "--all", answer="y\n")
    assert re.match(
        r"3 shops, ≈ [\d.,]+ k tokens, ≈ USD [\d.]+ \(with --batch [\d.]+\), by a sample\.\nContinue\? \[y/N\] ", said
    )
    assert "3 shops queued" in said
    assert stub.billed.calls == 0, "nothing was asked of the vendor to tell that"


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yeah\n"])
def test_any_other_answer_queues_nothing(answer: str) -> None:
    shops(1)
    with pytest.raises(CommandError, match="Nothing was queued"):
        backfill("enrich", "--all", answer=answer)
    assert not Job.objects.exists()


@pytest.mark.usefixtures("stub")
def test_where_nobody_can_answer_it_takes_a_yes() -> None:
    shops(1)
    with pytest.raises(CommandError, match="nobody is here to be asked: add --yes"):
        backfill("enrich", "--all")
    assert "1 shops queued" in backfill("enrich", "--all", "--yes")


@pytest.mark.parametrize("what", ["enrich", "embed"])
def test_what_costs_nothing_is_neither_told_nor_asked(what: str) -> None:
    shops(1)
    assert backfill(what, "--all").startswith(f"{what}, all: 1 shops queued")


@pytest.mark.usefixtures("stub")
def test_it_says_when_the_budget_is_too_small() -> None:
    shops(4)
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=Decimal("0.06"))
    said = backfill("enrich", "--all", "--yes")
    assert re.search(r"has USD 0\.06 left: enough for about [12] shops; the others wait for the next day", said)
    said = backfill("enrich", "--all", "--batch", "--yes")
    assert "(in batches: half)" in said
    assert "the others are not handed over" in said


def test_what_the_ledger_shows_is_a_better_guide_than_a_sample(stub: AnthropicStub) -> None:
    shops(forecast.ENOUGH)
    backfill("enrich")
    drain(["enrich_shop"])
    paid = sum(LlmUsage.objects.values_list("usd", flat=True))
    shops(forecast.ENOUGH)
    describer = get_describer()
    expected = forecast.of_describing(Shop.objects.live().order_by("id"), describer)
    assert (expected.shops, expected.to_ask, expected.is_measured) == (40, 20, True)
    billed = stub.billed
    all_in = billed.tokens_in + billed.cache_writes + billed.cache_reads
    assert expected.usage.tokens_in == pytest.approx(all_in, abs=1)
    assert expected.usage.tokens_out == pytest.approx(billed.tokens_out, abs=1)
    assert float(expected.usage.usd) == pytest.approx(float(paid), rel=0.25)
    assert expected.batch_usd == pytest.approx(expected.usage.usd / 2, abs=Decimal("0.000001"))


def test_a_sample_is_no_less_than_what_the_stub_counts(stub: AnthropicStub) -> None:
    shops(12)
    expected = forecast.of_describing(Shop.objects.live().order_by("id"), get_describer())
    assert not expected.is_measured
    backfill("enrich")
    drain(["enrich_shop"])
    billed = stub.billed
    assert expected.usage.tokens_in >= billed.tokens_in
    assert expected.usage.tokens_in < 4 * (billed.tokens_in + billed.cache_writes + billed.cache_reads)
    assert expected.usage.usd >= sum(LlmUsage.objects.values_list("usd", flat=True)) / 4


@pytest.mark.usefixtures("stub")
def test_a_limit_bounds_the_forecast_too() -> None:
    shops(3)
    assert backfill("enrich", "--all", "--limit", "2", "--yes").startswith("2 shops, ")


def test_what_is_described_as_it_is_costs_nothing(stub: AnthropicStub) -> None:
    shops(2)
    backfill("enrich")
    drain(["enrich_shop"])
    assert backfill("enrich", "--all").startswith("enrich, all: 2 shops queued")
    assert stub.billed.calls == 2
