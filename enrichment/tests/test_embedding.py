"""generate_embedding: one text and one vector for each shop, in batches, only when the text has changed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import NoneType
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from caferoam.jobs import JobBatch, JobRun, enqueue
from caferoam.jobs.models import Job
from caferoam.providers.embeddings import DIMENSIONS, Embedded
from caferoam.providers.errors import ProviderRefused
from caferoam.testing.jobs import drain
from enrichment.backfill import Backfill
from enrichment.embedding import draft, embed_shops, read_documents, vector_literal, write
from enrichment.tests.making import forget_jobs, make_shop, started_run
from shops.models import Shop, ShopEmbedding, ShopTag

pytestmark = pytest.mark.usefixtures("taxonomy")


class CountingEmbedder:
    """A vector that points where the text's length says, and a record of what was asked."""

    provider = "counting"
    model = "counting-1"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> Embedded:
        self.asked.append(list(texts))
        self.meanwhile()
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[len(text) % DIMENSIONS] = 1
        return Embedded(vectors)

    def meanwhile(self) -> None:
        """What happens while it thinks: nothing, here."""


class Fastidious(CountingEmbedder):
    """Refuses every request with a text of what cannot be said."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        if any("不可說" in text for text in texts):
            raise ProviderRefused("that cannot be said")
        return super().embed(texts)


def tag(shop: Shop, tag_id: str, confidence: float, source: str = "offline") -> ShopTag:
    return ShopTag.objects.create(shop=shop, tag_id=tag_id, source=source, confidence=confidence)


def embedded(embedder: CountingEmbedder, *shops: Shop) -> None:
    embed_shops(JobBatch([started_run("generate_embedding", shop) for shop in shops]), embedder)


def text_of(shop: Shop) -> str:
    (document,) = read_documents([shop.pk], "counting-1")
    return document.text


class TestText:
    def test_leads_with_the_name_and_lists_tags_by_distinctiveness_in_both_languages(self) -> None:
        shop = make_shop(summary_zh="位於大安區。", mrt="古亭站", description="老屋改建。")
        for tag_id, distinctiveness in (("wifi", 0.1), ("resident_cat", 2.5), ("quiet", 0.7)):
            ShopTag.objects.filter(pk=tag(shop, tag_id, 0.9).pk).update(distinctiveness=distinctiveness)
        assert text_of(shop).split("\n") == [
            "霧裡咖啡", "位於大安區。", "店貓、安靜、無線網路", "Resident cat, Quiet, Wi-Fi", "台北市大安區", "古亭站",
            "老屋改建。",
        ]  # fmt: skip

    def test_names_only_what_counts_in_the_end(self) -> None:
        shop = make_shop()
        tag(shop, "quiet", 0.9)
        tag(shop, "quiet", 0.0, source="curator")
        tag(shop, "wifi", 0.4, source="import")
        tag(shop, "wifi", 0.6)
        assert text_of(shop).split("\n")[1:3] == ["無線網路", "Wi-Fi"]

    def test_a_long_description_is_cut(self) -> None:
        assert len(text_of(make_shop(description="長" * 10_000))) < 400


class TestJob:
    @pytest.mark.slow
    def test_a_new_shop_ends_with_a_unit_vector_of_the_model(self) -> None:
        shop = make_shop(attributes={"socket": "yes"})
        assert drain() == Counter(completed=2)
        vector = ShopEmbedding.objects.get(shop=shop, model="use-multilingual-3").embedding
        assert len(vector) == DIMENSIONS
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert not any(vector[512:])

    def test_many_shops_cost_one_call_and_one_statement_to_store(self) -> None:
        shops = [make_shop(str(number)) for number in range(20)]
        embedder = CountingEmbedder()
        runs = _runs(shops)
        with CaptureQueriesContext(connection) as captured:
            embed_shops(JobBatch(runs), embedder)
        assert [len(texts) for texts in embedder.asked] == [20]
        assert sum("INSERT INTO shop_embeddings" in query["sql"] for query in captured.captured_queries) == 1
        assert ShopEmbedding.objects.count() == 20
        assert Job.objects.filter(status=Job.Status.COMPLETED).count() == 20

    def test_each_shop_gets_the_vector_of_its_own_text(self) -> None:
        shops = [make_shop("咖" * length) for length in (1, 7, 3)]
        embed_shops(JobBatch(_runs(shops)), CountingEmbedder())
        for shop in shops:
            vector = ShopEmbedding.objects.get(shop=shop).embedding
            assert vector[len(text_of(shop))] == 1

    def test_a_text_that_has_not_changed_is_not_asked_for_again(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        embedded(embedder, shop)
        before = ShopEmbedding.objects.values().get()
        embedded(embedder, shop)
        assert len(embedder.asked) == 1
        assert str(ShopEmbedding.objects.values().get()) == str(before)
        Shop.objects.filter(pk=shop.pk).update(description="新的")
        embedded(embedder, shop)
        assert len(embedder.asked) == 2
        assert bytes(ShopEmbedding.objects.get().input_hash) != bytes(before["input_hash"])

    def test_anew_asks_also_for_what_has_not_changed(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        embedded(embedder, shop)
        made = draft([shop.pk], embedder, anew=True)
        assert len(embedder.asked) == 2
        assert write(made) == 1

    def test_a_text_that_a_new_description_left_as_it_was_is_no_longer_stale(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        stale = Backfill(what="embed", which="stale", model=embedder.model).shops()
        embedded(embedder, shop)
        _embedded_before_described(shop)
        assert stale.get() == shop
        embedded(embedder, shop)
        assert len(embedder.asked) == 1
        assert not stale.exists()

    def test_a_vector_of_a_shop_that_is_described_anew_meanwhile_stays_stale(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        embedded(embedder, shop)
        _embedded_before_described(shop)
        made = draft([shop.pk], embedder)
        Shop.objects.update(enriched_at=Now() - timedelta(minutes=1))
        write(made)
        assert Backfill(what="embed", which="stale", model=embedder.model).shops().get() == shop

    def test_a_refused_text_fails_its_own_jobs_and_no_other(self) -> None:
        shops = [make_shop(name) for name in ("甲", "乙", "不可說", "丁", "戊")]
        embedder = Fastidious()
        runs = _runs([*shops, shops[2]])
        embed_shops(JobBatch(runs), embedder)
        assert set(ShopEmbedding.objects.values_list("shop__name", flat=True)) == {"甲", "乙", "丁", "戊"}
        assert [type(run.error) for run in runs] == [
            NoneType, NoneType, ProviderRefused, NoneType, NoneType, ProviderRefused,
        ]  # fmt: skip
        assert [run.completed for run in runs] == [True, True, False, True, True, False]

    def test_a_batch_of_refused_texts_fails_whole(self) -> None:
        runs = _runs([make_shop("不可說"), make_shop("不可說")])
        embed_shops(JobBatch(runs), Fastidious())
        assert not ShopEmbedding.objects.exists()
        assert not any(run.completed for run in runs)

    def test_models_keep_apart(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        embedded(embedder, shop)
        embedder.model = "counting-2"
        embedded(embedder, shop)
        assert set(ShopEmbedding.objects.values_list("model", flat=True)) == {"counting-1", "counting-2"}

    def test_a_shop_twice_in_a_batch_is_embedded_once(self) -> None:
        shop, embedder = make_shop(), CountingEmbedder()
        embed_shops(JobBatch(_runs([shop, shop])), embedder)
        assert [len(texts) for texts in embedder.asked] == [1]
        assert ShopEmbedding.objects.count() == 1

    def test_a_shop_that_is_gone_does_not_hold_up_the_others(self) -> None:
        shop, closed = make_shop("甲"), make_shop("乙", status=Shop.Status.CLOSED)
        forget_jobs()
        for shop_id in (shop.pk, uuid4(), closed.pk):
            enqueue("generate_embedding", {"shop_id": str(shop_id)})
        assert drain() == Counter(completed=3)
        assert ShopEmbedding.objects.get().shop_id == shop.pk

    def test_a_shop_that_vanishes_while_the_embedder_thinks_is_left_out(self) -> None:
        shop, other = make_shop("甲"), make_shop("乙")

        class Overtaken(CountingEmbedder):
            def meanwhile(self) -> None:
                other.delete()

        embed_shops(JobBatch(_runs([shop, other])), Overtaken())
        assert ShopEmbedding.objects.get().shop_id == shop.pk
        assert Job.objects.filter(status=Job.Status.COMPLETED).count() == 2

    def test_a_shop_that_is_described_anew_meanwhile_keeps_the_newer_vector(self) -> None:
        shop = make_shop()
        newer = CountingEmbedder()

        class Overtaken(CountingEmbedder):
            def meanwhile(self) -> None:
                Shop.objects.filter(pk=shop.pk).update(description="新的", enriched_at=Now())
                embed_shops(JobBatch(_runs([shop])), newer)

        embed_shops(JobBatch(_runs([shop])), Overtaken())
        assert ShopEmbedding.objects.get().embedding[len(newer.asked[0][0])] == 1


def _embedded_before_described(shop: Shop) -> None:
    ShopEmbedding.objects.filter(shop=shop).update(embedded_at=Now() - timedelta(days=2))
    Shop.objects.filter(pk=shop.pk).update(enriched_at=Now() - timedelta(days=1))


def _runs(shops: Sequence[Shop]) -> list[JobRun]:
    return [started_run("generate_embedding", shop) for shop in shops]


def test_a_vector_s_literal_loses_nothing_and_keeps_its_padding() -> None:
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[:3] = [1 / 3, -1e-8, 0.1]
    read_back = np.array(vector_literal(vector).strip("[]").split(","), dtype=np.float32)
    assert np.array_equal(read_back, vector)
