"""enrich_shop: read, ask, decide, write."""

import logging
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.providers.llm import DescribedTag, Evidence, Modes
from caferoam.testing.jobs import drain
from enrichment.models import LlmUsage
from enrichment.queueing import queue_shops
from enrichment.reading import MAX_REVIEW_CHARS, MAX_REVIEWS, current_taxonomy, read
from enrichment.tagging import ShopChanged, describe_shop
from enrichment.tests.making import ScriptedDescriber, make_shop, review, started_run, waiting
from shops.models import Shop, ShopEmbedding, ShopTag, TaxonomyTag

pytestmark = pytest.mark.usefixtures("taxonomy")

QUIET = DescribedTag("quiet", 0.9)
OUTLETS = DescribedTag("outlets", 0.8)


def described(shop: Shop, describer: ScriptedDescriber) -> Shop:
    describe_shop(started_run("enrich_shop", shop), shop.pk, describer)
    shop.refresh_from_db()
    return shop


def tags_of(shop: Shop) -> dict[tuple[str, str], float]:
    return {(tag.tag_id, tag.source): tag.confidence for tag in ShopTag.objects.filter(shop=shop)}


class TestOffline:
    def test_a_new_shop_is_described_from_its_votes_and_reviews(self) -> None:
        shop = make_shop(attributes={"socket": "yes"})
        written = review(shop, "非常安靜", "環境很安靜，不提供插座", "不限時")
        assert drain(["enrich_shop"]) == Counter(completed=1)
        shop.refresh_from_db()
        assert shop.enriched_at is not None
        assert shop.enriched_model == "offline-rules-2"
        assert shop.summary_zh.startswith("位於台北市大安區的咖啡廳")
        assert shop.mode_work
        tags = tags_of(shop)
        assert tags.keys() == {("quiet", "offline"), ("outlets", "offline"), ("no_time_limit", "offline")}
        quiet = ShopTag.objects.get(shop=shop, tag="quiet")
        assert {(one["quote"], UUID(one["review_id"]), one["field"]) for one in quiet.evidence} == {
            ("非常安靜", written[0].pk, None),
            ("環境很安靜", written[1].pk, None),
        }
        assert waiting("generate_embedding") == [shop.pk]

    def test_every_call_is_in_the_ledger_with_its_job(self) -> None:
        make_shop()
        drain(["enrich_shop"])
        usage = LlmUsage.objects.get()
        assert (usage.provider, usage.model, usage.purpose) == ("offline", "offline-rules-2", "enrich_shop")
        assert usage.job_id == Job.objects.get(job_type="enrich_shop").pk
        assert usage.usd == Decimal(0)

    def test_the_same_input_is_asked_nothing_and_written_nowhere(self) -> None:
        shop = make_shop(attributes={"socket": "yes"})
        drain()
        before = Shop.objects.values().get(pk=shop.pk), tags_of(shop)
        enqueue("enrich_shop", {"shop_id": str(shop.pk)})
        assert drain() == Counter(completed=1)
        assert (Shop.objects.values().get(pk=shop.pk), tags_of(shop)) == before
        assert LlmUsage.objects.filter(purpose="enrich_shop").count() == 1

    def test_a_rating_is_no_new_input_and_a_review_is(self) -> None:
        shop = make_shop()
        drain()
        Shop.objects.filter(pk=shop.pk).update(rating=4.5)
        assert drain() == Counter()
        review(shop, "安靜", "好安靜")
        drain()
        assert tags_of(shop).keys() == {("quiet", "offline")}
        assert LlmUsage.objects.filter(purpose="enrich_shop").count() == 2

    def test_a_changed_taxonomy_is_new_input(self) -> None:
        shop = make_shop()
        review(shop, "這裡有一隻水豚", "水豚很可愛")
        drain()
        assert tags_of(shop) == {}
        TaxonomyTag.objects.create(
            id="capybara", number=999, dimension="ambience", label="Capybara", label_zh="水豚", aliases=[]
        )
        enqueue("enrich_shop", {"shop_id": str(shop.pk)})
        drain()
        assert tags_of(shop).keys() == {("capybara", "offline")}

    def test_a_stale_shop_whose_input_is_the_same_is_confirmed_so_that_the_sweep_moves_on(self) -> None:
        shop = make_shop()
        drain()
        Shop.objects.filter(pk=shop.pk).update(enriched_at=Now() - timedelta(days=91))
        enqueue("enrich_shop", {"shop_id": str(shop.pk)})
        drain()
        assert Shop.objects.filter(pk=shop.pk, enriched_at__gt=Now() - timedelta(minutes=1)).exists()
        assert LlmUsage.objects.filter(purpose="enrich_shop").count() == 1

    @pytest.mark.parametrize("status", [Shop.Status.DRAFT, Shop.Status.CLOSED])
    def test_a_shop_that_is_not_live_is_left_alone(self, status: Shop.Status) -> None:
        shop = make_shop(status=status)
        enqueue("enrich_shop", {"shop_id": str(shop.pk)})
        assert drain() == Counter(completed=1)
        shop.refresh_from_db()
        assert shop.enriched_at is None

    def test_a_shop_that_is_gone_completes_the_job(self) -> None:
        enqueue("enrich_shop", {"shop_id": str(uuid4())})
        assert drain() == Counter(completed=1)
        assert not LlmUsage.objects.exists()

    def test_the_number_of_statements_does_not_grow_with_what_there_is_to_write(self) -> None:
        make_shop("甲")
        drain(["enrich_shop"])  # knows the taxonomy from here on
        few, many = make_shop("乙"), make_shop("丙", attributes={"socket": "yes", "wifi": 5, "quiet": 5, "music": 5})
        review(many, "安靜", "有甜點也有書，適合工作")
        counts = []
        for shop in (few, many):
            run = started_run("enrich_shop", shop)
            with CaptureQueriesContext(connection) as captured:
                describe_shop(run, shop.pk, ScriptedDescriber(QUIET, OUTLETS))
            counts.append(len(captured))
        assert counts[0] == counts[1] <= 14


class TestReading:
    def test_long_reviews_are_cut_and_the_fullest_chosen(self) -> None:
        shop = make_shop()
        review(shop, "長" * 100_000, *(f"短評{number}" for number in range(MAX_REVIEWS + 5)))
        reading = read(shop.pk)
        assert reading is not None
        texts = [one.text for one in reading.request.reviews]
        assert len(texts) == MAX_REVIEWS
        assert texts[0] == "長" * MAX_REVIEW_CHARS

    def test_the_taxonomy_is_read_again_only_when_it_changed(self) -> None:
        first = current_taxonomy()
        with CaptureQueriesContext(connection) as captured:
            assert current_taxonomy() is first
        assert len(captured) == 1
        TaxonomyTag.objects.filter(id="quiet").update(aliases=["靜悄悄"])
        assert current_taxonomy().version != first.version

    def test_the_hash_depends_on_the_model_and_on_every_fact(self) -> None:
        shop = make_shop()
        reading = read(shop.pk)
        assert reading is not None
        hashes = {reading.input_hash("a"), reading.input_hash("b")}
        for field in ("name", "city", "district", "address", "mrt", "description", "opening_hours_raw"):
            Shop.objects.filter(pk=shop.pk).update(**{field: "別的"})
            changed = read(shop.pk)
            assert changed is not None
            hashes.add(changed.input_hash("a"))
        assert len(hashes) == 9


class TestWriting:
    def test_other_sources_rows_stay_and_machines_rows_are_replaced(self) -> None:
        shop = make_shop()
        for tag, source in [("quiet", "import"), ("outlets", "curator"), ("wifi", "offline"), ("cosy", "llm")]:
            ShopTag.objects.create(shop=shop, tag_id=tag, source=source, confidence=0.5)
        described(shop, ScriptedDescriber(QUIET))
        assert tags_of(shop) == {("quiet", "import"): 0.5, ("outlets", "curator"): 0.5, ("quiet", "llm"): 0.9}

    def test_rows_that_stay_the_same_are_not_touched(self) -> None:
        shop = described(make_shop(), ScriptedDescriber(QUIET, OUTLETS))
        before = dict(ShopTag.objects.filter(shop=shop).values_list("tag_id", "id"))
        Shop.objects.filter(pk=shop.pk).update(description="新的介紹")
        with connection.cursor() as cursor:
            cursor.execute("SELECT tag_id, ctid::text FROM shop_tags")
            places = dict(cursor.fetchall())
            described(shop, ScriptedDescriber(QUIET, DescribedTag("outlets", 0.4)))
            cursor.execute("SELECT tag_id, ctid::text FROM shop_tags")
            moved = {tag_id for tag_id, place in cursor.fetchall() if place != places[tag_id]}
        assert moved == {"outlets"}
        assert dict(ShopTag.objects.filter(shop=shop).values_list("tag_id", "id")) == before

    def test_what_a_curator_locked_stays(self) -> None:
        shop = make_shop(summary_zh="店長寫的。", locked_fields=["summary_zh", "mode_rest"])
        described(shop, ScriptedDescriber(modes=Modes(0.9, 0.9, 0.9)))
        assert shop.summary_zh == "店長寫的。"
        assert shop.summary_en == "No. 1"
        assert (shop.mode_work, shop.mode_rest, shop.mode_social) == (None, None, None)

    def test_what_makes_no_sense_in_an_answer_is_dropped_and_counted(self, caplog: pytest.LogCaptureFixture) -> None:
        shop = make_shop(description="很安靜")
        answer = ScriptedDescriber(
            DescribedTag("quiet", 0.9, (Evidence("很安靜", field="description"), Evidence("從沒寫過", field="name"))),
            DescribedTag("teleporter", 0.9),
            DescribedTag("wifi", float("nan")),
            DescribedTag("outlets", 7.0),
            DescribedTag("quiet", 0.3),
            modes=Modes(1.5, -1.0, 0.5),
        )
        with caplog.at_level(logging.WARNING, logger="enrichment"):
            described(shop, answer)
        assert "1 unknown tags, 2 impossible confidences, 1 invented quotes" in caplog.text
        assert tags_of(shop) == {("quiet", "llm"): 0.9}
        assert ShopTag.objects.get().evidence == [{"quote": "很安靜", "review_id": None, "field": "description"}]
        assert (shop.mode_work, shop.mode_rest, shop.mode_social) == (1.0, 0.0, 0.5)


class TestRaces:
    def test_a_change_while_the_describer_thinks_is_read_and_asked_again(self) -> None:
        shop = make_shop()

        class Overtaken(ScriptedDescriber):
            def meanwhile(self) -> None:
                if len(self.asked) == 1:
                    Shop.objects.filter(pk=shop.pk).update(name="霧外咖啡")

        describer = Overtaken(QUIET)
        described(shop, describer)
        assert [asked.facts.name for asked in describer.asked] == ["霧裡咖啡", "霧外咖啡"]
        assert shop.summary_zh == "第2次"
        assert LlmUsage.objects.filter(purpose="enrich_shop").count() == 2

    def test_another_description_in_the_meantime_is_not_overwritten_by_an_older_one(self) -> None:
        shop = make_shop()

        class Overtaken(ScriptedDescriber):
            def meanwhile(self) -> None:
                if len(self.asked) == 1:
                    review(shop, "新的評論")
                    newer = read(shop.pk)
                    assert newer is not None
                    Shop.objects.filter(pk=shop.pk).update(
                        summary_zh="新的", enriched_at=Now(), enrichment_input_hash=newer.input_hash(self.model)
                    )

        described(shop, Overtaken())
        assert shop.summary_zh == "新的"

    def test_a_shop_that_never_stands_still_is_tried_again_later(self) -> None:
        shop = make_shop()

        class Overtaken(ScriptedDescriber):
            def meanwhile(self) -> None:
                Shop.objects.filter(pk=shop.pk).update(name=f"第{len(self.asked)}個名字")

        with pytest.raises(ShopChanged):
            described(shop, Overtaken(QUIET))
        assert tags_of(shop) == {}
        assert Job.objects.get(status=Job.Status.CLAIMED).attempts == 1

    @pytest.mark.parametrize("gone", [True, False])
    def test_a_shop_that_vanishes_or_closes_meanwhile_completes_the_job(self, *, gone: bool) -> None:
        shop = make_shop()

        class Overtaken(ScriptedDescriber):
            def meanwhile(self) -> None:
                shops = Shop.objects.filter(pk=shop.pk)
                shops.delete() if gone else shops.update(status=Shop.Status.CLOSED)

        describe_shop(started_run("enrich_shop", shop), shop.pk, Overtaken(QUIET))
        assert not ShopTag.objects.exists()
        assert Job.objects.filter(job_type="enrich_shop", status=Job.Status.COMPLETED).count() == 1

    def test_a_tag_that_is_retired_meanwhile_is_left_out(self) -> None:
        shop = make_shop()

        class Overtaken(ScriptedDescriber):
            def meanwhile(self) -> None:
                TaxonomyTag.objects.filter(id="quiet").delete()

        described(shop, Overtaken(QUIET, OUTLETS))
        assert tags_of(shop) == {("outlets", "llm"): 0.8}


@pytest.mark.slow
@pytest.mark.usefixtures("worker_login")
def test_the_workers_login_may_do_all_of_it() -> None:
    shop = make_shop(attributes={"socket": "yes"})
    review(shop, "安靜")
    assert drain(["enrich_shop", "generate_embedding"]) == Counter(completed=2)
    assert ShopEmbedding.objects.filter(shop=shop).exists()
    assert queue_shops("enrich_shop", [shop.pk]) == 1
