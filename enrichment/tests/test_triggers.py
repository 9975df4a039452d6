"""Which changes to shops queue which jobs, whoever makes them."""

import json
import threading
from collections import Counter

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from caferoam.jobs import enqueue, queue
from caferoam.jobs.models import Job
from caferoam.jobs.statements import rows_of
from caferoam.testing.jobs import drain
from enrichment.queueing import queue_shops
from enrichment.tests.making import a_shop, forget_jobs, make_shop, review, waiting
from shops.models import Shop, ShopReview

pytestmark = pytest.mark.usefixtures("taxonomy")


def test_three_new_shops_in_one_statement_queue_three_jobs() -> None:
    shops = Shop.objects.bulk_create(Shop(**a_shop(name)) for name in "甲乙丙")
    assert set(waiting("enrich_shop")) == {shop.pk for shop in shops}
    assert waiting("generate_embedding") == []


def test_what_the_lane_says_holds_for_triggered_jobs() -> None:
    make_shop()
    job = Job.objects.get()
    assert (job.priority, job.max_attempts) == (5, 5)


def test_a_draft_queues_nothing_until_it_goes_live() -> None:
    shop = make_shop(status=Shop.Status.DRAFT)
    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    assert waiting("enrich_shop") == []
    Shop.objects.filter(pk=shop.pk).update(status=Shop.Status.LIVE)
    assert waiting("enrich_shop") == [shop.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "霧外咖啡"), ("description", "老屋"), ("city", "新北市"), ("district", "板橋區"),
        ("address", "和平東路1號"), ("mrt", "古亭站"), ("opening_hours_raw", "限時90分鐘"),
        ("attributes", {"socket": "yes"}),
    ],
)  # fmt: skip
def test_a_material_change_queues_the_shop(field: str, value: object) -> None:
    shop = make_shop()
    forget_jobs()
    Shop.objects.filter(pk=shop.pk).update(**{field: value})
    assert waiting("enrich_shop") == [shop.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rating", 4.5), ("rating_count", 12), ("price_level", 2), ("phone", "02"), ("website", "https://x.example"),
        ("summary_en", "A café."), ("locked_fields", ["name"]), ("name", "霧裡咖啡"), ("status", Shop.Status.CLOSED),
    ],
)  # fmt: skip
def test_any_other_change_queues_nothing(field: str, value: object) -> None:
    shop = make_shop()
    forget_jobs()
    Shop.objects.filter(pk=shop.pk).update(**{field: value})
    assert not Job.objects.exists()


def test_new_reviews_queue_their_shop_once_and_so_does_losing_one() -> None:
    shop = make_shop()
    forget_jobs()
    review(shop, "安靜", "有插座")
    assert waiting("enrich_shop") == [shop.pk]
    forget_jobs()
    ShopReview.objects.filter(text="安靜").delete()
    assert waiting("enrich_shop") == [shop.pk]


@pytest.mark.parametrize(("field", "value"), [("text", "很吵"), ("rating", 1)])
def test_a_review_that_now_says_something_else_queues_its_shop(field: str, value: object) -> None:
    shop, other = make_shop("甲"), make_shop("乙")
    (changed,) = review(shop, "安靜")
    review(other, "安靜")
    forget_jobs()
    ShopReview.objects.filter(pk=changed.pk).update(**{field: value})
    assert waiting("enrich_shop") == [shop.pk]


@pytest.mark.parametrize(("field", "value"), [("text", "安靜"), ("created_at", Now())])
def test_a_review_that_still_says_the_same_queues_nothing(field: str, value: object) -> None:
    review(make_shop(), "安靜")
    forget_jobs()
    ShopReview.objects.update(**{field: value})
    assert not Job.objects.exists()


def test_deleting_a_shop_with_reviews_leaves_no_job_that_cannot_complete() -> None:
    shop = make_shop()
    review(shop, "安靜")
    shop.delete()
    assert drain() == Counter(completed=1)


def test_a_finished_enrichment_queues_the_embedding() -> None:
    shop = make_shop()
    forget_jobs()
    Shop.objects.filter(pk=shop.pk).update(enriched_at=Now(), enrichment_input_hash=b"1")
    assert waiting("generate_embedding") == [shop.pk]
    assert waiting("enrich_shop") == []


def test_a_summary_that_a_curator_wrote_queues_the_embedding() -> None:
    shop = make_shop(enriched_at="2026-01-01T00:00Z", enrichment_input_hash=b"1")
    forget_jobs()
    Shop.objects.filter(pk=shop.pk).update(summary_zh="巷子裡的老屋。")
    assert waiting("generate_embedding") == [shop.pk]


def test_while_a_job_waits_no_second_is_queued() -> None:
    shop = make_shop()
    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    review(shop, "安靜")
    assert waiting("enrich_shop") == [shop.pk]


def test_a_job_that_waits_takes_over_a_higher_priority_and_keeps_its_time() -> None:
    shop, other = make_shop("甲"), make_shop("乙")
    forget_jobs()
    queue_shops("enrich_shop", [shop.pk, other.pk], priority=0)
    before = dict(Job.objects.values_list("pk", "scheduled_at"))
    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    priorities = dict(Job.objects.values_list("payload__shop_id", "priority"))
    assert priorities == {str(shop.pk): 5, str(other.pk): 0}
    assert dict(Job.objects.values_list("pk", "scheduled_at")) == before


def test_a_job_that_waits_keeps_a_priority_that_is_higher() -> None:
    shop = make_shop()
    queue_shops("enrich_shop", [shop.pk], priority=0)
    assert Job.objects.get().priority == 5


def test_a_job_that_runs_already_does_not_stand_for_one_that_waits() -> None:
    shop = make_shop()
    Job.objects.update(status=Job.Status.CLAIMED, claimed_at=Now())
    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    assert waiting("enrich_shop") == [shop.pk]


def test_jobs_of_other_types_and_shapes_do_not_count_as_waiting() -> None:
    shop = make_shop(status=Shop.Status.DRAFT)
    enqueue("generate_embedding", {"shop_id": str(shop.pk)})
    enqueue("enrich_shop", {})
    assert queue_shops("enrich_shop", [shop.pk, shop.pk]) == 1
    assert queue_shops("enrich_shop", [shop.pk]) == 0
    assert queue_shops("enrich_shop", []) == 0


def test_hundreds_of_shops_cost_one_statement() -> None:
    shops = Shop.objects.bulk_create(Shop(**a_shop(str(number), status="draft")) for number in range(300))
    with CaptureQueriesContext(connection) as captured:
        Shop.objects.filter(pk__in=[shop.pk for shop in shops]).update(status=Shop.Status.LIVE)
    assert len(captured) == 1
    assert Job.objects.count() == 300


@pytest.mark.django_db(transaction=True)
def test_a_waiting_job_is_not_claimed_before_the_change_it_stands_for_is_committed(
    worker: psycopg.Connection,
) -> None:
    shop = make_shop()
    with transaction.atomic():
        Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
        claimed = worker.execute("SELECT FROM private.claim_jobs_v1('{enrich_shop}') WHERE job_id IS NOT NULL")
        assert claimed.fetchall() == []
    assert queue.claim(["enrich_shop"]).tickets["enrich_shop"]
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_just_being_claimed_is_not_relied_on(worker: psycopg.Connection) -> None:
    shop = make_shop()
    with worker.transaction():
        worker.execute("UPDATE job_queue SET status = 'claimed', claimed_at = now()")
        changing = threading.Thread(target=_rename, args=[shop])
        changing.start()
        changing.join(60)
        assert not changing.is_alive(), "the change waits for the claim"
    assert waiting("enrich_shop") == [shop.pk]
    assert Job.objects.count() == 2


def _rename(shop: Shop) -> None:
    try:
        Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    finally:
        connection.close()


def test_jobs_say_which_request_they_come_from_through_the_triggers() -> None:
    context = {"_trace": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "_request_id": "request-1"}
    with transaction.atomic():
        rows_of("SELECT set_config('caferoam.job_context', %s, true)", [json.dumps(context)])
        shop = make_shop()
        Shop.objects.filter(pk=shop.pk).update(enriched_at=Now(), enrichment_input_hash=b"1")
    payload = {"shop_id": str(shop.pk), **context}
    assert sorted(Job.objects.values_list("job_type", "payload")) == [
        ("enrich_shop", payload),
        ("generate_embedding", payload),
    ]


def test_a_job_that_waits_keeps_saying_where_it_came_from_first() -> None:
    shop = make_shop()
    with transaction.atomic():
        rows_of("SELECT set_config('caferoam.job_context', %s, true)", ['{"_request_id": "request-2"}'])
        Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    assert Job.objects.get().payload == {"shop_id": str(shop.pk)}


@pytest.mark.django_db(transaction=True)
def test_relays_are_woken_for_a_job_that_waited_and_was_locked_meanwhile(worker: psycopg.Connection) -> None:
    shop = make_shop()
    worker.execute("RESET ROLE")
    worker.execute("LISTEN job_queue")
    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")
    assert [notice.payload for notice in worker.notifies(timeout=30, stop_after=1)] == [""]
