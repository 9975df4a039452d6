"""A vendor that fails now and then, in all its ways: everything is described in the end, and no answer paid twice."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db.models import F, Sum
from pytest_django.fixtures import Settings

from caferoam.jobs.models import Job, Lane
from caferoam.testing.anthropic import KEY, AnthropicStub, error, overloaded, rate_limited
from caferoam.testing.jobs import drain
from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction
from enrichment.models import LlmUsage
from enrichment.tests.making import make_shop, review
from shops.models import Shop

SHOPS = 60


def unreliable(stub: AnthropicStub, dice: random.Random, met: Counter[str]) -> Callable[[Asked], Reaction]:
    """Answers as the stub does, but fails once in five times."""
    answer = stub.respond
    ways: dict[str, Callable[[Asked], Reaction]] = {
        "429": lambda _: rate_limited(1),
        "529": lambda _: overloaded(),
        "500": lambda _: error(500, "api_error", "Internal server error"),
        "hang-up": lambda _: HangUp(),
        "cut": lambda _: Answer(200, b'{"type": "message"}', cut_after=4),
        "refusal": lambda asked: stub.answer(asked.json, "", stop_reason="refusal"),
        "max_tokens": lambda asked: stub.answer(asked.json, '{"tags": [', stop_reason="max_tokens"),
        "malformed": lambda asked: stub.answer(asked.json, '{"tags": ]'),
        "empty": lambda asked: stub.answer(asked.json, ""),
    }

    def respond(asked: Asked) -> Reaction:
        way = dice.choice(list(ways)) if dice.random() < 0.2 else "well"
        met[way] += 1
        return ways[way](asked) if way in ways else answer(asked)

    return respond


@pytest.mark.slow
@pytest.mark.usefixtures("taxonomy")
def test_all_shops_are_described_and_the_ledger_agrees_with_the_vendor_to_the_token(settings: Settings) -> None:
    for number in range(SHOPS):
        review(make_shop(f"第{number}家"), "很安靜，有插座。")
    met: Counter[str] = Counter()
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        stub.respond = unreliable(stub, random.Random(5), met)  # noqa: S311 - the same dice each time
        for _ in range(20):
            Lane.objects.update(paused_until=None)
            Job.objects.filter(status="pending").update(scheduled_at=F("created_at"))
            drain(["enrich_shop"])
    assert met["well"] == SHOPS
    assert len(met) > 5
    assert Counter(Job.objects.filter(job_type="enrich_shop").values_list("status", flat=True)) == {"completed": SHOPS}
    assert Shop.objects.filter(enriched_model="claude-sonnet-5-5/1").count() == SHOPS
    paid = sum(count for way, count in met.items() if way in {"well", "refusal", "max_tokens", "malformed", "empty"})
    assert LlmUsage.objects.count() == stub.billed.calls == paid
    billed = stub.billed
    assert LlmUsage.objects.aggregate(sent=Sum("tokens_in"), got=Sum("tokens_out"), cached=Sum("tokens_cached")) == {
        "sent": billed.tokens_in + billed.cache_writes + billed.cache_reads,
        "got": billed.tokens_out,
        "cached": billed.cache_reads,
    }
