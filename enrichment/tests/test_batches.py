"""backfill enrich --batch, and the job that collects the answers."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from caferoam.jobs import enqueue
from caferoam.providers.llm.anthropic.prices import Tokens, prices_of
from caferoam.testing.anthropic import KEY, AnthropicStub, Json, error
from caferoam.testing.jobs import drain
from caferoam.testing.vendors import Answer, Asked, HangUp
from enrichment.models import LlmBatch, LlmBatchItem, LlmUsage
from enrichment.tests.making import forget_jobs, make_shop, review
from shops.models import Shop

pytestmark = pytest.mark.usefixtures("taxonomy")


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


@pytest.fixture
def shops(taxonomy: None, stub: AnthropicStub) -> list[Shop]:
    made = [make_shop(name) for name in ("甲", "乙", "丙")]
    for shop in made:
        review(shop, "很安靜")
    forget_jobs()
    return made


def backfill(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", "enrich", "--batch", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def collect() -> Counter[str]:
    enqueue("collect_llm_batches")
    return drain(["collect_llm_batches"])


def items() -> Counter[str]:
    return Counter(LlmBatchItem.objects.values_list("status", flat=True))


def described() -> set[str]:
    return set(Shop.objects.exclude(enriched_at=None).values_list("name", flat=True))


def long_ago() -> None:
    """As if what was begun had been begun an hour ago."""
    LlmBatch.objects.update(created_at=Now() - timedelta(hours=1))


@pytest.mark.usefixtures("shops")
def test_shops_are_handed_over_at_once_and_described_when_the_vendor_is_done_for_half_the_price(
    stub: AnthropicStub,
) -> None:
    assert backfill().startswith("enrich, missing: 3 shops handed over in 1 batches, 0 had nothing new")
    assert collect() == Counter(completed=1)
    assert (described(), items()) == (set(), Counter(pending=3))
    stub.end_batches()
    assert collect() == Counter(completed=1)
    assert (described(), items()) == ({"甲", "乙", "丙"}, Counter(written=3))
    assert LlmBatch.objects.get().status == "ended"
    billed = stub.billed
    assert LlmUsage.objects.count() == billed.calls == 3
    whole = prices_of("claude-sonnet-5-5", setting="").usd(
        Tokens(billed.tokens_in, billed.cache_writes, billed.cache_reads, billed.tokens_out), batch=True
    )
    assert abs(sum(LlmUsage.objects.values_list("usd", flat=True), Decimal(0)) - whole) <= Decimal("0.000003")


@pytest.mark.usefixtures("shops")
def test_what_waits_in_a_batch_is_neither_handed_over_again_nor_asked_by_a_job(stub: AnthropicStub) -> None:
    backfill()
    assert "0 shops handed over in 0 batches, 3 had" in backfill("--all")
    assert LlmBatch.objects.count() == len(stub.batches) == 1
    call_command("backfill", "enrich", stdout=StringIO(), stderr=StringIO())
    assert drain(["enrich_shop"]) == Counter(completed=3)
    assert (stub.billed.calls, described()) == (0, set())


@pytest.mark.usefixtures("shops")
def test_answers_that_are_collected_twice_are_used_and_paid_for_once(stub: AnthropicStub) -> None:
    backfill()
    stub.end_batches()
    collect()
    LlmBatch.objects.update(status="submitted")
    collect()
    assert (LlmUsage.objects.count(), items()) == (3, Counter(written=3))


def test_a_collection_that_broke_off_goes_on_where_it_was(stub: AnthropicStub, shops: list[Shop]) -> None:
    backfill()
    stub.end_batches()
    LlmBatchItem.objects.filter(shop=shops[0]).update(status="written")  # by the one that was killed
    collect()
    assert (LlmUsage.objects.count(), described()) == (2, {"乙", "丙"})


def test_a_shop_that_changed_meanwhile_is_left_as_it_is_and_its_answer_noted_as_paid(
    stub: AnthropicStub, shops: list[Shop]
) -> None:
    backfill()
    review(shops[0], "其實很吵")
    shops[1].delete()
    stub.end_batches()
    collect()
    assert described() == {"丙"}
    assert items() == Counter(written=1, outdated=1)  # that of the deleted shop is gone with it
    assert LlmUsage.objects.count() == 2


def test_entries_that_failed_or_expired_are_told_apart_and_can_be_handed_over_again(
    stub: AnthropicStub, shops: list[Shop]
) -> None:
    fates: list[Json] = [
        {"type": "expired"},
        {"type": "errored", "error": {"type": "error", "error": {"type": "api_error", "message": "Internal"}}},
    ]
    stub.fate = lambda _: fates.pop() if fates else None
    backfill()
    stub.end_batches()
    collect()
    assert items() == Counter(written=1, errored=1, expired=1)
    assert LlmBatchItem.objects.get(status="errored").reason == "api_error: Internal"
    assert LlmUsage.objects.count() == 1
    assert "2 shops handed over" in backfill()
    stub.end_batches()
    collect()
    assert len(described()) == len(shops)


@pytest.mark.usefixtures("shops")
def test_an_answer_of_no_use_is_noted_as_paid_and_errored(stub: AnthropicStub) -> None:
    backfill()
    stub.think = lambda _: "I am sorry."
    stub.end_batches()
    collect()
    assert items() == Counter(errored=3)
    assert set(LlmBatchItem.objects.values_list("reason", flat=True)) == {
        "The model's answer is no JSON: JSONDecodeError."
    }
    assert LlmUsage.objects.count() == stub.billed.calls == 3


@pytest.mark.usefixtures("shops")
def test_a_batch_whose_answer_was_lost_is_found_by_the_names_of_its_items_and_never_handed_over_again(
    stub: AnthropicStub,
) -> None:
    take = stub.respond

    def take_and_hang_up(asked: Asked) -> HangUp:
        take(asked)
        stub.respond = take
        return HangUp()

    stub.respond = take_and_hang_up
    with pytest.raises(CommandError, match="Stopped after 0 shops: Anthropic cannot be reached"):
        backfill()
    assert (LlmBatch.objects.get().status, len(stub.batches)) == ("submitting", 1)
    assert "0 shops handed over" in backfill()
    LlmBatch.objects.update(created_at="2026-11-02T08:00:00Z")  # the stub's own time
    collect()
    assert LlmBatch.objects.get().status == "submitting"  # it may be the one: its answers will tell
    stub.end_batches()
    collect()
    assert (items(), len(stub.batches), stub.billed.calls) == (Counter(written=3), 1, 3)


@pytest.mark.usefixtures("shops")
def test_a_batch_that_the_vendor_does_not_know_is_given_up_and_its_shops_are_free_again(stub: AnthropicStub) -> None:
    stub.next(HangUp())
    with pytest.raises(CommandError):
        backfill()
    collect()
    assert LlmBatch.objects.get().status == "submitting"  # somebody may still be at it
    long_ago()
    collect()
    assert (LlmBatch.objects.get().status, items()) == ("failed", Counter(errored=3))
    assert "3 shops handed over" in backfill()


@pytest.mark.usefixtures("shops")
def test_a_batch_that_is_refused_is_given_up_at_once(stub: AnthropicStub) -> None:
    stub.next(error(400, "invalid_request_error", "requests: too many"))
    with pytest.raises(CommandError, match="requests: too many"):
        backfill()
    assert (LlmBatch.objects.get().status, items()) == ("failed", Counter(errored=3))


@pytest.mark.usefixtures("shops")
def test_results_that_break_off_are_read_again_at_the_next_turn(stub: AnthropicStub) -> None:
    backfill()
    stub.end_batches()
    batch = Answer.of(stub._batch(next(iter(stub.batches))))
    stub.next(batch, batch, Answer(200, b'{"custom_id": "', {"Content-Type": "application/x-jsonl"}))
    assert collect() == Counter(pending=1)
    assert (items(), LlmUsage.objects.count()) == (Counter(pending=3), 0)


def test_offline_there_are_no_batches() -> None:
    with pytest.raises(CommandError, match="LLM_PROVIDER that takes batches: anthropic"):
        backfill()
    assert collect() == Counter(completed=1)


@pytest.mark.slow
@pytest.mark.usefixtures("worker_login", "shops")
def test_the_workers_login_may_do_all_of_it(stub: AnthropicStub) -> None:
    backfill()
    stub.end_batches()
    assert collect() == Counter(completed=1)
    assert items() == Counter(written=3)
