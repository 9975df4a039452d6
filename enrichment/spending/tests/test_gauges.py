"""What Prometheus is told of money."""

from decimal import Decimal

import psycopg
import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest

from caferoam.jobs.gauges import REMEMBER_S
from caferoam.testing.metrics import samples
from enrichment.models import LlmBudget, LlmUsage
from enrichment.spending.gauges import SpendGauges

pytestmark = pytest.mark.usefixtures("worker_login")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(gauges: SpendGauges) -> dict[str, float]:
    found = CollectorRegistry()
    found.register(gauges)
    return samples(generate_latest(found).decode())


def spend(usd: str) -> None:
    LlmUsage.objects.create(provider="x", model="m", purpose="enrich_shop", usd=Decimal(usd))


def test_spent_budget_and_whether_it_is_reached_are_told_of_each_purpose() -> None:
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=2)
    LlmBudget.objects.create(purpose="search", monthly_usd=0)
    spend("1.5")
    told = seen(SpendGauges())
    assert told["caferoam_llm_spent_usd period=day purpose=enrich_shop"] == 1.5
    assert told["caferoam_llm_spent_usd period=month purpose=enrich_shop"] == 1.5
    assert told["caferoam_llm_spent_usd period=day purpose=generate_embedding"] == 0
    assert told["caferoam_llm_budget_usd period=day purpose=enrich_shop"] == 2
    assert "caferoam_llm_budget_usd period=month purpose=enrich_shop" not in told
    assert told["caferoam_llm_budget_reached purpose=enrich_shop"] == 0
    assert told["caferoam_llm_budget_reached purpose=search"] == 1
    assert told["caferoam_llm_reserved_usd purpose=enrich_shop"] == 0


def test_however_often_it_is_asked_it_looks_four_times_a_minute() -> None:
    clock = Clock()
    gauges = SpendGauges(clock=clock)
    name = "caferoam_llm_spent_usd period=day purpose=enrich_shop"
    assert seen(gauges)[name] == 0
    spend("1")
    clock.now = REMEMBER_S - 1
    assert seen(gauges)[name] == 0
    clock.now = REMEMBER_S
    assert seen(gauges)[name] == 1


def test_while_the_database_does_not_answer_nothing_is_told(owner: psycopg.Connection) -> None:
    with owner.transaction():
        owner.execute("LOCK TABLE llm_daily_spend IN ACCESS EXCLUSIVE MODE")
        assert seen(SpendGauges()) == {}


def test_relays_tell_it() -> None:
    assert SpendGauges in [import_string(name) for name in settings.METRICS_COLLECTORS]
