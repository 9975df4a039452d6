"""A vendor that fails now and then, in all its ways: everything is described in the end, and no answer paid twice."""

from collections import Counter

import pytest
from django.db.models import F, Sum
from pytest_django.fixtures import Settings

from caferoam.jobs.models import Job, Lane
from caferoam.testing.anthropic import KEY, PAID_WAYS, AnthropicStub
from caferoam.testing.jobs import drain
from enrichment.models import LlmUsage
from enrichment.tests.making import make_shop, review
from shops.models import Shop

SHOPS = 60


@pytest.mark.slow
@pytest.mark.usefixtures("taxonomy")
def test_all_shops_are_described_and_the_ledger_agrees_with_the_vendor_to_the_token(settings: Settings) -> None:
    for number in range(SHOPS):
        review(make_shop(f"第{number}家"), "很安靜，有插座。")
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        stub.fail_at_random(0.2, seed=5)
        for _ in range(20):
            Lane.objects.update(paused_until=None)
            Job.objects.filter(status="pending").update(scheduled_at=F("created_at"))
            drain(["enrich_shop"])
    met = stub.met
    assert met["well"] == SHOPS
    assert set(stub.described.values()) == {1}
    assert len(met) > 5
    assert Counter(Job.objects.filter(job_type="enrich_shop").values_list("status", flat=True)) == {"completed": SHOPS}
    assert Shop.objects.filter(enriched_model="claude-sonnet-5-5/1").count() == SHOPS
    paid = sum(count for way, count in met.items() if way in {"well", *PAID_WAYS})
    assert LlmUsage.objects.count() == stub.billed.calls == paid
    billed = stub.billed
    assert LlmUsage.objects.aggregate(sent=Sum("tokens_in"), got=Sum("tokens_out"), cached=Sum("tokens_cached")) == {
        "sent": billed.tokens_in + billed.cache_writes + billed.cache_reads,
        "got": billed.tokens_out,
        "cached": billed.cache_reads,
    }
