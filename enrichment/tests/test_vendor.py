"""enrich_shop by way of a vendor: where the job ends, what it cost, and what an operator reads."""

import logging
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db.models import Sum
from pytest_django.fixtures import Settings

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, JobEvent, Lane
from caferoam.providers.llm import get_describer
from caferoam.providers.llm.anthropic.prices import Tokens, prices_of
from caferoam.testing.anthropic import KEY, AnthropicStub, error, overloaded, rate_limited
from caferoam.testing.jobs import drain
from caferoam.testing.vendors import Answer, HangUp, Reaction
from enrichment.models import LlmUsage
from enrichment.tagging import describe_shop
from enrichment.tests.making import make_shop, review, started_run
from shops.models import Shop, ShopTag

pytestmark = pytest.mark.usefixtures("taxonomy")


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


@pytest.fixture
def shop(stub: AnthropicStub) -> Shop:
    shop = make_shop()
    review(shop, "很安靜，有插座。")
    return shop


def try_again() -> Counter[str]:
    """As when the time to wait is over."""
    Job.objects.filter(status=Job.Status.PENDING).update(scheduled_at="2000-01-01T00:00:00Z")
    Lane.objects.update(paused_until=None)
    return drain(["enrich_shop"])


def job() -> Job:
    return Job.objects.get(job_type="enrich_shop")


def test_a_shop_is_described_with_quotes_and_every_token_is_in_the_ledger(stub: AnthropicStub, shop: Shop) -> None:
    other = make_shop("外面")
    review(other, "有插座")
    assert drain(["enrich_shop"]) == Counter(completed=2)
    shop.refresh_from_db()
    assert (shop.enriched_model, shop.mode_work) == ("claude-sonnet-5-5/1", 0.7)
    quiet = ShopTag.objects.get(shop=shop, tag="quiet")
    assert quiet.source == ShopTag.Source.LLM
    assert quiet.evidence[0]["quote"] == "安靜"
    billed = stub.billed
    ledger = LlmUsage.objects.aggregate(sent=Sum("tokens_in"), got=Sum("tokens_out"), cached=Sum("tokens_cached"))
    assert ledger == {
        "sent": billed.tokens_in + billed.cache_writes + billed.cache_reads,
        "got": billed.tokens_out,
        "cached": billed.cache_reads,
    }
    whole = prices_of("claude-sonnet-5-5", setting="").usd(
        Tokens(billed.tokens_in, billed.cache_writes, billed.cache_reads, billed.tokens_out)
    )
    assert abs(sum(LlmUsage.objects.values_list("usd", flat=True), Decimal(0)) - whole) <= Decimal("0.000001")


def test_what_was_answered_once_is_never_asked_again(stub: AnthropicStub, shop: Shop) -> None:
    drain(["enrich_shop"])
    enqueue("enrich_shop", {"shop_id": str(shop.pk)})
    assert drain(["enrich_shop"]) == Counter(completed=1)
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("reaction", "message"),
    [
        (rate_limited(30), "is busy or broken: 429 rate_limit_error"),
        (overloaded(), "is busy or broken: 529 overloaded_error: Overloaded"),
        (error(500, "api_error", "Internal server error"), "is busy or broken: 500 api_error"),
        (HangUp(), "cannot be reached: RemoteProtocolError"),
        (Answer(200, b'{"type": "mess', cut_after=3), "cannot be reached: RemoteProtocolError"),
        (error(401, "authentication_error", "invalid x-api-key"), "does not serve us: 401 authentication_error"),
    ],
)
def test_while_the_vendor_is_down_jobs_wait_without_losing_an_attempt_and_cost_nothing(
    stub: AnthropicStub, shop: Shop, reaction: Reaction, message: str
) -> None:
    stub.next(reaction)
    assert drain(["enrich_shop"]) == Counter(pending=1)
    assert f"ProviderUnavailable: Anthropic {message}" in (job().last_error or "")
    assert job().max_attempts - job().attempts == 5
    assert not LlmUsage.objects.exists()
    assert drain(["enrich_shop"]) == Counter()  # the lane is paused
    assert try_again() == Counter(completed=1)
    assert (LlmUsage.objects.count(), stub.billed.calls) == (1, 1)


@pytest.mark.parametrize(
    ("thought", "stop_reason", "message"),
    [
        ("", "refusal", "The model declined to answer (no category)."),
        ('{"tags": [', "max_tokens", "The model did not finish its answer: max_tokens."),
        ('{"tags": [', "end_turn", "The model's answer is no JSON: JSONDecodeError."),
        ("", "end_turn", "The model's answer is empty."),
        ("{}", "end_turn", "The model's answer lacks a summary."),
    ],
)
def test_an_answer_of_no_use_is_paid_for_counts_as_an_attempt_and_is_asked_for_again(
    stub: AnthropicStub, shop: Shop, thought: str, stop_reason: str, message: str
) -> None:
    stub.next(stub.answer({"model": "claude-sonnet-5-5", "messages": []}, thought, stop_reason=stop_reason))
    assert drain(["enrich_shop"]) == Counter(pending=1)
    assert job().last_error == f"DescriptionUnusable: {message}"
    assert (job().attempts, job().max_attempts) == (1, 5)
    assert LlmUsage.objects.get().job_id == job().pk
    assert try_again() == Counter(completed=1)
    assert (LlmUsage.objects.count(), stub.billed.calls) == (2, 2)


def test_a_model_that_never_answers_well_is_asked_five_times_and_then_left_to_an_operator(
    stub: AnthropicStub, shop: Shop
) -> None:
    stub.think = lambda _: "I am sorry."
    states = drain(["enrich_shop"])
    for _ in range(4):
        states += try_again()
    assert states == Counter(pending=4, dead_letter=1)
    assert try_again() == Counter()
    assert (LlmUsage.objects.count(), stub.billed.calls) == (5, 5)
    assert JobEvent.objects.filter(job_id=job().pk, kind="dead_letter").get().detail == job().last_error
    shop.refresh_from_db()
    assert shop.enriched_at is None


def test_a_request_that_the_vendor_calls_wrong_fails_at_once(stub: AnthropicStub, shop: Shop) -> None:
    stub.next(error(400, "invalid_request_error", "messages: too long"))
    assert drain(["enrich_shop"]) == Counter(failed=1)
    said = "Anthropic does not take this request: 400 invalid_request_error: messages: too long"
    assert job().last_error == f"ProviderRefused: {said}"
    assert not LlmUsage.objects.exists()


def test_tags_without_a_literal_quote_are_dropped_and_counted(
    stub: AnthropicStub, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    stub.think = lambda _: {
        "tags": [
            {"id": "quiet", "confidence": 0.9, "evidence": [{"source": "r1", "quote": "安靜"}]},
            {"id": "outlets", "confidence": 0.9, "evidence": [{"source": "r1", "quote": "插座很多"}]},
            {"id": "wifi", "confidence": 0.9, "evidence": []},
            {"id": "desserts", "confidence": 0.9, "evidence": [{"source": "r7", "quote": "插座"}]},
        ],
        "summary_zh": "安靜。",
        "summary_en": "Quiet.",
        "modes": None,
    }  # fmt: skip
    with caplog.at_level(logging.WARNING, logger="enrichment"):
        describe_shop(started_run("enrich_shop", shop), shop.pk, get_describer())
    assert [tag.tag_id for tag in ShopTag.objects.filter(shop=shop)] == ["quiet"]
    assert "2 invented quotes, 3 unsupported tags" in caplog.text
