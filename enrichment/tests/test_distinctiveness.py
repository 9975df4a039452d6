"""How much each tag tells of its shop."""

import math

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caferoam.jobs import JobRun, operations, queue
from caferoam.jobs.models import Job
from caferoam.jobs.registry import registry
from enrichment import distinctiveness
from enrichment.tests.making import make_shop
from shops.models import Shop, ShopTag

pytestmark = pytest.mark.usefixtures("taxonomy")


def tag(shop: Shop, tag_id: str, confidence: float) -> ShopTag:
    return ShopTag.objects.create(shop=shop, tag_id=tag_id, source="offline", confidence=confidence)


def weights(shop: Shop) -> dict[str, float | None]:
    return dict(ShopTag.objects.filter(shop=shop).values_list("tag_id", "distinctiveness"))


def test_it_is_the_confidence_times_the_logarithm_of_the_rarity() -> None:
    shops = [make_shop(str(number)) for number in range(4)]
    tag(shops[0], "resident_cat", 0.5)
    for shop in shops:
        tag(shop, "wifi", 0.9)
    tag(make_shop("closed", status=Shop.Status.CLOSED), "resident_cat", 1.0)
    assert distinctiveness.refresh([shops[0].pk]) == 2
    assert weights(shops[0]) == {"resident_cat": pytest.approx(0.5 * math.log(4), abs=1e-3), "wifi": 0}
    assert ShopTag.objects.filter(distinctiveness=None).count() == 4


def test_what_is_right_already_is_not_written_again() -> None:
    shop = make_shop()
    tag(shop, "wifi", 0.9)
    assert distinctiveness.refresh([shop.pk]) == 1
    assert distinctiveness.refresh([shop.pk]) == 0


def test_all_shops_are_weighed_some_at_a_time_as_if_at_once() -> None:
    shops = [make_shop(str(number)) for number in range(5)]
    for shop in shops:
        tag(shop, "wifi", 0.9)
    tag(shops[0], "quiet", 1.0)
    tag(make_shop("closed", status=Shop.Status.CLOSED), "quiet", 0.5)
    with CaptureQueriesContext(connection) as captured:
        told = list(distinctiveness.refresh_all(shops_a_statement=2))
    assert [(done, total) for done, total, _ in told] == [(2, 6), (4, 6), (6, 6)]
    assert sum(changed for _, _, changed in told) == 7
    assert sum("UPDATE shop_tags" in query["sql"] for query in captured.captured_queries) == 3
    assert weights(shops[0])["quiet"] == pytest.approx(math.log(5), abs=1e-3)
    assert ShopTag.objects.get(shop__name="closed").distinctiveness == pytest.approx(math.log(5) / 2, abs=1e-3)


@pytest.mark.django_db(transaction=True)
def test_tags_that_somebody_writes_are_passed_by(worker: psycopg.Connection) -> None:
    shop = make_shop()
    busy = tag(shop, "wifi", 0.9)
    tag(shop, "quiet", 0.9)
    with worker.transaction():
        worker.execute("SELECT FROM shop_tags WHERE id = %s FOR UPDATE", [busy.pk])
        assert distinctiveness.refresh([shop.pk]) == 1
    assert weights(shop) == {"wifi": None, "quiet": 0}


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_cancelled_rescue_stops_after_the_part_at_hand(caplog: pytest.LogCaptureFixture, *, cancelled: bool) -> None:
    caplog.set_level("INFO")
    tag(make_shop(), "wifi", 0.9)
    job = queue.enqueue("drift_rescue")
    (started,) = queue.start(queue.claim(["drift_rescue"]).tickets["drift_rescue"])
    if cancelled:
        operations.cancel(Job.objects.filter(pk=job), by="test")
    run = JobRun(started, deadline=float("inf"))
    registry["drift_rescue"].handler(run)
    assert ("1 tags weighed anew" in caplog.text) != cancelled
