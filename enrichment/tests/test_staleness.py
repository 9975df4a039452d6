"""The nightly sweep."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.testing.jobs import drain
from enrichment.queueing import queue_shops
from enrichment.staleness import sweep
from enrichment.tests.making import forget_jobs, make_shop, waiting
from shops.models import Shop

pytestmark = pytest.mark.usefixtures("taxonomy")


def enriched(name: str, days_ago: int, **fields: object) -> Shop:
    shop = make_shop(name, **fields)
    Shop.objects.filter(pk=shop.pk).update(enriched_at=Now() - timedelta(days=days_ago))
    return shop


def test_shops_described_over_90_days_ago_are_queued_behind_all_others() -> None:
    old, *_ = enriched("甲", 91), enriched("乙", 89), make_shop("丙")
    closed = enriched("丁", 500, status=Shop.Status.CLOSED)
    forget_jobs()
    assert sweep(limit=9) == 1
    assert waiting("enrich_shop") == [old.pk]
    assert closed.pk not in waiting("enrich_shop")
    assert Job.objects.get().priority == 1


def test_the_oldest_go_first_and_those_that_wait_take_nobodys_place() -> None:
    shops = [enriched(str(number), 200 - number) for number in range(5)]
    forget_jobs()
    queue_shops("enrich_shop", [shops[0].pk])
    assert sweep(limit=2) == 2
    assert waiting("enrich_shop") == [shop.pk for shop in shops[:3]]
    assert sweep(limit=2) == 2
    assert sweep(limit=2) == 0


def test_a_sweep_makes_itself_superfluous() -> None:
    enriched("甲", 91)
    forget_jobs()
    enqueue("staleness_sweep")
    assert drain(["staleness_sweep", "enrich_shop"]) == Counter(completed=2)
    assert sweep(limit=9) == 0


def test_a_shop_whose_job_runs_takes_nobodys_place_either() -> None:
    running, next_one = enriched("甲", 200), enriched("乙", 100)
    forget_jobs()
    queue_shops("enrich_shop", [running.pk])
    Job.objects.update(status=Job.Status.CLAIMED, claimed_at=Now())
    assert sweep(limit=1) == 1
    assert waiting("enrich_shop") == [next_one.pk]


@pytest.mark.parametrize("status", [Job.Status.FAILED, Job.Status.DEAD_LETTER])
def test_a_shop_whose_job_ends_badly_takes_the_place_of_others_for_one_night_a_month(status: Job.Status) -> None:
    bad, good = enriched("甲", 200), enriched("乙", 100)
    forget_jobs()
    assert sweep(limit=1) == 1
    assert waiting("enrich_shop") == [bad.pk]
    Job.objects.update(status=status, completed_at=Now())
    assert sweep(limit=1) == 1
    assert waiting("enrich_shop") == [good.pk]
    forget_jobs()
    queue_shops("enrich_shop", [bad.pk])
    Job.objects.update(status=status, completed_at=Now() - timedelta(days=31))
    assert sweep(limit=1) == 1
    assert waiting("enrich_shop") == [bad.pk]


@pytest.mark.parametrize(("payload", "queued"), [({}, 2), ({"limit": 1}, 1)])
def test_its_limit_is_that_of_the_schedule_or_else_of_the_settings(
    settings: Settings, payload: dict[str, object], queued: int
) -> None:
    settings.STALENESS_DAILY_LIMIT = 2
    for name in "甲乙丙":
        enriched(name, 91)
    forget_jobs()
    enqueue("staleness_sweep", payload)
    drain(["staleness_sweep"])
    assert len(waiting("enrich_shop")) == queued


@pytest.mark.parametrize("job_type", ["staleness_sweep", "drift_rescue"])
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_is_no_number_of_shops_fails_for_good(job_type: str, limit: int) -> None:
    job = enqueue(job_type, {"limit": limit})
    assert drain([job_type]) == Counter(failed=1)
    assert "payload field 'limit' must be 1 or more" in (Job.objects.get(pk=job).last_error or "")
