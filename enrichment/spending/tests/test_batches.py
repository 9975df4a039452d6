"""Batches and budgets: what is handed over is reserved until it is collected."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from caferoam.jobs import enqueue
from caferoam.jobs.models import Lane
from caferoam.providers.llm import get_describer
from caferoam.providers.llm.anthropic.prices import Tokens, prices_of
from caferoam.providers.llm.batches import BatchDescriber
from caferoam.testing.anthropic import KEY, AnthropicStub
from caferoam.testing.jobs import drain
from enrichment.batches import submitting
from enrichment.models import LlmBatch, LlmBatchItem, LlmBudget, LlmUsage
from enrichment.reading import read
from enrichment.spending import budgets
from enrichment.tests.making import forget_jobs, make_shop, review
from shops.models import Shop

PURPOSE = "enrich_shop"


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


@pytest.fixture
def shops(taxonomy: None, stub: AnthropicStub) -> list[Shop]:
    made = [make_shop(f"第{number}間") for number in range(5)]
    for shop in made:
        review(shop, "很安靜")
    forget_jobs()
    return made


def describer() -> BatchDescriber:
    chosen = get_describer()
    assert isinstance(chosen, BatchDescriber)
    return chosen


def estimate() -> Decimal:
    """Of any of the shops: they differ in a character."""
    reading = read(Shop.objects.values_list("id", flat=True)[0])
    assert reading is not None
    return describer().estimate(reading.request, batch=True).usd


def allow(shops: Decimal | float) -> None:
    """A budget for the day that is enough for so many shops."""
    LlmBudget.objects.update_or_create(
        purpose=PURPOSE, defaults={"daily_usd": (estimate() * Decimal(shops)).quantize(Decimal("0.01"))}
    )


def hand_over(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", "enrich", "--batch", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def collect() -> Counter[str]:
    enqueue("collect_llm_batches")
    return drain(["collect_llm_batches"])


def pending() -> int:
    return LlmBatchItem.objects.filter(status="pending").count()


def lane() -> Lane:
    return Lane.objects.get(pk=PURPOSE)


@pytest.mark.usefixtures("shops")
def test_no_more_is_handed_over_than_the_budget_has_left_and_it_says_how_many_that_are(stub: AnthropicStub) -> None:
    allow(3.4)
    said = hand_over()
    fits = pending()
    assert 1 <= fits < 5
    assert f"{fits} shops handed over" in said
    assert f"{5 - fits} shops at least were left: the budget has room for no more." in said
    assert [len(batch.requests) for batch in stub.batches.values()] == [fits]
    estimates = LlmBatchItem.objects.values_list("estimated_usd", flat=True)
    assert budgets.standing_of(PURPOSE).reserved_usd == sum(estimates)


@pytest.mark.usefixtures("shops")
def test_what_is_reserved_counts_as_spent_until_it_is_collected(stub: AnthropicStub) -> None:
    allow(3.4)
    hand_over()
    assert "0 shops handed over" in hand_over()
    assert len(stub.batches) == 1
    stub.end_batches()
    collect()
    standing = budgets.standing_of(PURPOSE)
    assert standing.reserved_usd == 0
    assert pending() == 0
    assert standing.day_usd == sum(LlmUsage.objects.values_list("usd", flat=True))
    assert standing.day_usd > 0


@pytest.mark.usefixtures("shops")
def test_what_the_ledger_shows_is_reserved_rather_than_an_estimate() -> None:
    LlmUsage.objects.bulk_create(
        LlmUsage(provider="anthropic", model=describer().model, purpose=PURPOSE, tokens_in=1000, tokens_out=100, usd=1)
        for _ in range(20)
    )
    hand_over("--limit", "1")
    whole = prices_of("claude-sonnet-5-5", setting="").usd(Tokens(1000, 0, 0, 100), batch=True)
    assert LlmBatchItem.objects.get().estimated_usd == whole * Decimal("1.25")
    assert whole < estimate()


@pytest.mark.usefixtures("shops")
def test_a_budget_of_nothing_hands_nothing_over(stub: AnthropicStub) -> None:
    LlmBudget.objects.create(purpose=PURPOSE, monthly_usd=0)
    assert "0 shops handed over in 0 batches" in hand_over()
    assert (LlmBatch.objects.count(), stub.batches) == (0, {})


@pytest.mark.usefixtures("shops")
def test_a_lane_that_only_a_reservation_has_paused_goes_on_when_the_batch_is_collected(stub: AnthropicStub) -> None:
    hand_over("--limit", "4")
    reserved = budgets.standing_of(PURPOSE)
    assert reserved.reserved_usd == 0, "without a budget nothing is looked up"
    LlmBudget.objects.create(purpose=PURPOSE, daily_usd=Decimal("0.03"))
    assert budgets.standing_of(PURPOSE).reserved_usd > Decimal("0.03")
    call_command("backfill", "enrich", stdout=StringIO(), stderr=StringIO())
    Shop.objects.filter(pk=Shop.objects.order_by("-id")[0].pk).update(enriched_at=None)
    drain([PURPOSE])
    assert stub.billed.calls == 0
    assert lane().paused_until is not None
    assert "reserved for batches" in (lane().pause_reason or "")
    stub.end_batches()
    LlmUsage.objects.all().delete()
    stub.think = lambda _request: "{}"
    collect()
    assert budgets.standing_of(PURPOSE).day_usd < Decimal("0.03")
    assert lane().paused_until is None


@pytest.mark.usefixtures("shops")
def test_a_batch_that_the_vendor_never_took_reserves_nothing_any_more() -> None:
    LlmBudget.objects.create(purpose=PURPOSE, daily_usd=5)
    hand_over()
    assert budgets.standing_of(PURPOSE).reserved_usd > 0
    submitting.give_up(LlmBatch.objects.get().pk, "never taken")
    assert budgets.standing_of(PURPOSE).reserved_usd == 0


@pytest.mark.usefixtures("stub")
@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_at_the_same_time_do_not_both_take_what_is_left(shops: list[Shop]) -> None:
    allow(2.4)
    start = threading.Barrier(2)
    chunks: list[submitting.Chunk] = []

    def hand_over_half(half: list[Shop]) -> None:
        start.wait()
        wanted = Shop.objects.filter(pk__in=[shop.pk for shop in half]).order_by("id")
        chunks.extend(submitting.submit(wanted, describer()))
        connection.close()

    threads = [threading.Thread(target=hand_over_half, args=(half,)) for half in (shops[:2], shops[2:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = budgets.standing_of(PURPOSE).left_usd
    assert left is not None
    assert sum(chunk.handed_over for chunk in chunks) + sum(chunk.beyond_budget for chunk in chunks) == 5
    budget = LlmBudget.objects.get().daily_usd
    assert budget is not None
    assert budgets.standing_of(PURPOSE).reserved_usd <= budget
    assert left < estimate()


@pytest.mark.usefixtures("shops")
def test_collecting_beyond_the_budget_is_said_once(stub: AnthropicStub, caplog: pytest.LogCaptureFixture) -> None:
    """The vendor answers at greater length than was expected: that is paid all the same."""
    hand_over()
    LlmBudget.objects.create(purpose=PURPOSE, daily_usd=Decimal("0.01"))
    stub.think = lambda _request: "x" * 30_000
    stub.end_batches()
    with caplog.at_level(logging.WARNING):
        collect()
    assert LlmUsage.objects.count() == 5
    until = lane().paused_until
    assert until is not None
    assert timezone.localtime(until).time().isoformat() == "00:00:00"
