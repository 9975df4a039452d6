"""What shops lack without a job that would make it."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.testing.jobs import drain
from enrichment.drift import Found, rescue
from enrichment.queueing import FORGIVEN_AFTER, queue_shops
from enrichment.tests.making import forget_jobs, make_shop, waiting
from shops.models import Shop, ShopEmbedding, ShopTag

pytestmark = pytest.mark.usefixtures("taxonomy")

MODEL = "use-multilingual-3"


def described(name: str, **fields: object) -> Shop:
    """A shop that was described yesterday. Its jobs are lost."""
    shop = make_shop(name, **fields)
    Shop.objects.filter(pk=shop.pk).update(enriched_at=Now() - timedelta(days=1))
    forget_jobs()
    return shop


def embedded(shop: Shop, *, days_ago: int = 0, model: str = MODEL) -> Shop:
    vector = ShopEmbedding.objects.create(shop=shop, model=model, input_hash=b"1", embedding=[1.0] + [0.0] * 1535)
    ShopEmbedding.objects.filter(pk=vector.pk).update(embedded_at=Now() - timedelta(days=days_ago))
    return shop


def ended(job_type: str, shop: Shop, status: Job.Status, *, days_ago: int) -> None:
    """A job of the shop that ended so."""
    queue_shops(job_type, [shop.pk])
    ended_at = Now() - timedelta(days=days_ago)
    Job.objects.filter(status="pending").update(status=status, completed_at=ended_at, created_at=ended_at)


def found() -> tuple[list[UUID], list[UUID]]:
    """The shops that are queued now, to be described and to be embedded, counted as they should be."""
    told = rescue(model=MODEL)
    queued = waiting("enrich_shop"), waiting("generate_embedding")
    assert told == Found(len(queued[0]), len(queued[1]))
    return queued


def test_a_shop_that_nobody_described_is_queued_and_its_vector_left_to_follow() -> None:
    shop = make_shop()
    forget_jobs()
    assert found() == ([shop.pk], [])
    assert Job.objects.get().priority == 2


def test_a_vector_that_is_missing_or_of_another_model_or_older_than_the_description_is_queued() -> None:
    missing, foreign, old = described("1"), described("2"), described("3")
    embedded(described("4"))
    embedded(foreign, model="another")
    embedded(old, days_ago=2)
    assert found() == ([], [missing.pk, foreign.pk, old.pk])


@pytest.mark.parametrize("status", [Shop.Status.DRAFT, Shop.Status.CLOSED])
def test_shops_that_nobody_sees_lack_nothing(status: Shop.Status) -> None:
    make_shop("1", status=status)
    described("2", status=status)
    assert found() == ([], [])


def test_a_second_look_queues_nothing() -> None:
    make_shop("1")
    described("2")
    rescue(model=MODEL)
    assert rescue(model=MODEL) == Found(0, 0)


@pytest.mark.parametrize("status", [Job.Status.PENDING, Job.Status.CLAIMED])
@pytest.mark.parametrize("job_type", ["enrich_shop", "generate_embedding"])
def test_what_waits_or_runs_is_not_queued_again(job_type: str, status: Job.Status) -> None:
    shop = described("1") if job_type == "generate_embedding" else make_shop("1")
    forget_jobs()
    queue_shops(job_type, [shop.pk])
    Job.objects.update(status=status, claimed_at=Now())
    assert rescue(model=MODEL) == Found(0, 0)


def test_a_vector_is_not_queued_while_the_description_is_being_made() -> None:
    shop = described("1")
    queue_shops("enrich_shop", [shop.pk])
    assert rescue(model=MODEL) == Found(0, 0)


@pytest.mark.parametrize("status", [Job.Status.FAILED, Job.Status.DEAD_LETTER])
def test_what_ended_badly_is_left_to_operators_for_a_month(status: Job.Status) -> None:
    lately, long_ago = make_shop("1"), make_shop("2")
    forget_jobs()
    ended("enrich_shop", lately, status, days_ago=29)
    ended("enrich_shop", long_ago, status, days_ago=31)
    assert found() == ([long_ago.pk], [lately.pk]), "without a description it can still be found by its name"


def test_jobs_without_a_shop_hide_none() -> None:
    shop = make_shop()
    forget_jobs()
    for job_type in ("enrich_shop", "generate_embedding"):
        for status in ("claimed", "failed"):
            at = timezone.now()
            Job.objects.create(
                job_type=job_type, status=status, payload={"shop_id": None}, claimed_at=at, completed_at=at
            )
    assert found() == ([shop.pk], [])


def test_a_completed_job_that_left_nothing_behind_does_not_count() -> None:
    shop = make_shop()
    Job.objects.update(status=Job.Status.COMPLETED, completed_at=Now())
    assert found()[0] == [shop.pk]


def test_a_night_is_bounded_and_the_oldest_go_first() -> None:
    shops = [make_shop(name) for name in "123"]
    for age, shop in enumerate(reversed(shops)):
        Shop.objects.filter(pk=shop.pk).update(created_at=Now() - timedelta(days=age))
    forget_jobs()
    assert rescue(model=MODEL, limit=2) == Found(2, 0)
    assert waiting("enrich_shop") == [shops[0].pk, shops[1].pk]
    assert rescue(model=MODEL, limit=2) == Found(1, 0)


def test_the_job_queues_what_is_missing_and_weighs_all_tags() -> None:
    shop, other = make_shop("1"), make_shop("2")
    tag = ShopTag.objects.create(shop=shop, tag_id="quiet", source="offline", confidence=1.0)
    forget_jobs()
    job = enqueue("drift_rescue")
    assert drain(["drift_rescue"]) == Counter(completed=1)
    assert waiting("enrich_shop") == [shop.pk, other.pk]
    tag.refresh_from_db()
    assert tag.distinctiveness == pytest.approx(0.693)
    assert Job.objects.get(pk=job).status == "completed"
    enqueue("drift_rescue")
    drain(["drift_rescue"])
    assert Job.objects.filter(job_type="enrich_shop").count() == 2


def test_what_is_passed_by_is_kept_for_as_long() -> None:
    """Or pruning would make the nights fail on it again before its time."""
    assert min(settings.JOBS_KEEP_FAILED, settings.JOBS_KEEP_DEAD_LETTERS) >= FORGIVEN_AFTER
