"""Vectors of the next model: what is made, what changes meanwhile, what is given up."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.functions import Now

from caferoam.jobs.models import Job, Lane
from caferoam.testing.jobs import drain
from caferoam.testing.openai import OpenAIStub
from caferoam.testing.vendors import Asked, Reaction
from enrichment.models import EmbeddingModel, LlmBudget, LlmUsage
from enrichment.queueing import queue_shops
from enrichment.reembedding import building
from enrichment.reembedding.active import active, being_built
from enrichment.reembedding.building import (
    BuildingEndedError,
    ReembeddingError,
    abort,
    begin,
    check,
    clear,
    failures,
    forget_retired,
    progress,
    queue_lacking,
)
from enrichment.reembedding.switching import NotReadyError, switch
from enrichment.reembedding.tests.making import (
    LARGE,
    OFFLINE,
    SMALL,
    UNSPEAKABLE,
    describe_again,
    described,
    fastidious,
    ids,
    models,
    vectors_of,
)
from enrichment.tests.making import forget_jobs, make_shop, waiting
from shops.models import Shop, ShopEmbedding
from shops.search.weights import Calibration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy", "vendor")]


def build(model: str = SMALL) -> EmbeddingModel:
    """All of it, by its jobs."""
    row = begin(model, "openai")
    list(queue_lacking(row))
    drain(["reembed_shop"])
    return row


def test_where_there_is_no_active_model_it_is_the_one_that_the_settings_choose() -> None:
    assert (active().model, active().provider, models()) == (OFFLINE, "offline", {OFFLINE: "active"})


def test_every_described_shop_gets_a_vector_of_both_models_and_search_stays_with_the_old(vendor: OpenAIStub) -> None:
    shops = described("甲店", "乙店")
    make_shop("丙店")
    closed = make_shop("丁店", status=Shop.Status.CLOSED)
    row = build()
    assert vectors_of(SMALL) == vectors_of(OFFLINE) == ids(shops)
    assert closed.pk not in vectors_of(SMALL)
    assert (active().model, models()) == (OFFLINE, {OFFLINE: "active", SMALL: "building"})
    assert progress(row) == building.Progress(live=3, open=0, at_work=0, failed=0)
    assert len(vendor.asked) == 1


def test_the_work_goes_on_behind_all_other_work_and_pays_out_of_its_own_purse(vendor: OpenAIStub) -> None:
    described("甲店")
    row = begin(SMALL, "openai")
    assert list(queue_lacking(row)) == [1]
    job = Job.objects.get(job_type="reembed_shop")
    assert job.priority == 0
    drain(["reembed_shop"])
    noted = LlmUsage.objects.get(provider="openai")
    assert (noted.purpose, noted.model, noted.job_id, noted.items) == ("reembed_shop", SMALL, job.pk, 1)
    assert noted.usd > 0


def test_beyond_its_budget_nothing_is_asked_and_no_attempt_is_lost(vendor: OpenAIStub) -> None:
    described("甲店")
    LlmBudget.objects.create(purpose="reembed_shop", daily_usd=Decimal(0))
    build()
    assert vendor.asked == []
    job = Job.objects.get(job_type="reembed_shop")
    assert (job.status, job.max_attempts - job.attempts) == ("pending", 5)
    assert "budget" in (Lane.objects.get(job_type="reembed_shop").pause_reason or "")


def test_a_chunk_follows_the_other_and_what_waits_is_not_queued_twice() -> None:
    described("甲店", "乙店", "丙店")
    row = begin(SMALL, "openai")
    assert list(queue_lacking(row, chunk=2)) == [2, 1]
    assert list(queue_lacking(row)) == []
    assert progress(row).at_work == 3


def test_a_shop_described_while_building_gets_new_vectors_of_both() -> None:
    (shop,) = described("甲店")
    row = build()
    before = dict(ShopEmbedding.objects.values_list("model", "input_hash"))
    describe_again(shop, "有貓的老屋")
    assert progress(row).open == 1
    assert waiting("generate_embedding") == waiting("reembed_shop") == [shop.pk]
    drain(["generate_embedding", "reembed_shop"])
    after = dict(ShopEmbedding.objects.values_list("model", "input_hash"))
    assert all(bytes(after[model]) != bytes(before[model]) for model in (OFFLINE, SMALL))
    assert progress(row).open == 0


def test_a_summary_of_a_curator_counts_as_open_until_its_job_is_done() -> None:
    """Though neither vector is older than the description."""
    (shop,) = described("甲店")
    row = build()
    Shop.objects.filter(pk=shop.pk).update(summary_zh="有貓")
    assert progress(row) == building.Progress(live=1, open=1, at_work=1, failed=0)
    with pytest.raises(NotReadyError):
        switch(SMALL, calibration=None)
    drain(["reembed_shop"])
    assert progress(row).open == 0


def test_without_a_building_a_change_queues_nothing_more() -> None:
    (shop,) = described("甲店")
    describe_again(shop, "有貓的老屋")
    assert waiting("reembed_shop") == []


def test_a_refused_text_fails_its_shop_alone_and_says_why(vendor: OpenAIStub) -> None:
    fastidious(vendor)
    good, bad = described("甲店", f"{UNSPEAKABLE}店")
    row = build()
    assert vectors_of(SMALL) == {good.pk}
    assert progress(row) == building.Progress(live=2, open=1, at_work=0, failed=1)
    (failure,) = failures(row, limit=5)
    assert (failure.shop_id, failure.status) == (bad.pk, "failed")
    assert "That cannot be said." in failure.error
    assert list(queue_lacking(row)) == [], "what was tried in vain is not tried again by itself"


def test_a_job_without_a_shop_hides_no_failure(vendor: OpenAIStub) -> None:
    fastidious(vendor)
    described(f"{UNSPEAKABLE}店")
    row = build()
    Job.objects.create(job_type="reembed_shop", payload={"shop_id": None})
    assert progress(row).failed == 1


def test_only_one_model_is_built_at_a_time_and_none_that_is_searched() -> None:
    begin(SMALL, "openai")
    assert begin(SMALL, "openai") == being_built()
    with pytest.raises(ReembeddingError, match=f"{SMALL} .openai. is being built since"):
        begin(LARGE, "openai")
    abort()
    with pytest.raises(ReembeddingError, match="is searched already"):
        begin(OFFLINE, "offline")


def test_what_is_given_up_leaves_no_vectors_and_what_is_searched_stays() -> None:
    shops = described("甲店", "乙店", "丙店")
    row = build()
    assert abort() == row
    assert list(clear(chunk=2)) == [2, 1]
    assert (vectors_of(SMALL), vectors_of(OFFLINE), models()) == (set(), ids(shops), {OFFLINE: "active"})
    assert abort() is None
    with pytest.raises(BuildingEndedError):
        check(row)


def test_jobs_that_outlive_what_was_given_up_store_nothing_of_it(vendor: OpenAIStub) -> None:
    described("甲店")
    row = begin(SMALL, "openai")
    list(queue_lacking(row))
    abort()
    assert drain(["reembed_shop"]) == Counter(completed=1)
    assert (vendor.asked, vectors_of(SMALL)) == ([], set())


def test_a_model_given_up_while_a_job_thinks_gets_no_vector(vendor: OpenAIStub) -> None:
    described("甲店")
    row = begin(SMALL, "openai")
    list(queue_lacking(row))
    respond = vendor.respond

    def while_it_thinks(asked: Asked) -> Reaction:
        abort()
        connection.close()  # this thread's own
        return respond(asked)

    vendor.respond = while_it_thinks
    assert drain(["reembed_shop"]) == Counter(completed=1)
    assert len(vendor.asked) == 1
    assert vectors_of(SMALL) == set()


def test_going_back_to_a_model_that_was_searched_embeds_only_what_changed_since(vendor: OpenAIStub) -> None:
    first, second = described("甲店", "乙店")
    build()
    switch(SMALL, calibration=None)
    describe_again(first, "有貓的老屋")
    drain(["generate_embedding"])
    before = dict(ShopEmbedding.objects.filter(model=OFFLINE).values_list("shop_id", "input_hash"))
    row = begin(OFFLINE, "offline")
    assert progress(row).open == 2, "those of yesterday are looked at, too: a curator may have changed a summary"
    list(queue_lacking(row))
    drain(["reembed_shop"])
    after = dict(ShopEmbedding.objects.filter(model=OFFLINE).values_list("shop_id", "input_hash"))
    assert bytes(after[second.pk]) == bytes(before[second.pk])
    assert bytes(after[first.pk]) != bytes(before[first.pk])
    assert progress(row).open == 0
    switch(OFFLINE, calibration=None)
    assert models() == {OFFLINE: "active", SMALL: "retired"}


def test_retired_vectors_stay_until_every_process_has_heard_of_the_switch() -> None:
    shops = described("甲店")
    build()
    switch(SMALL, calibration=None)
    assert (forget_retired(), list(clear())) == ([], [])
    assert vectors_of(OFFLINE) == ids(shops)
    EmbeddingModel.objects.filter(model=OFFLINE).update(retired_at=Now() - building.KEPT_AFTER - timedelta(seconds=1))
    assert (forget_retired(), list(clear())) == ([OFFLINE], [1])
    assert (vectors_of(OFFLINE), vectors_of(SMALL), models()) == (set(), ids(shops), {SMALL: "active"})


def test_after_the_switch_new_and_changed_shops_are_embedded_by_the_new_model_alone() -> None:
    (old,) = described("甲店")
    build()
    switched = switch(SMALL, calibration=Calibration(0.2, 0.6))
    assert (switched.model, switched.before, switched.missing) == (SMALL, OFFLINE, 0)
    forget_jobs()
    (new,) = described("乙店")
    describe_again(old, "有貓的老屋")
    assert waiting("reembed_shop") == []
    drain(["generate_embedding"])
    assert vectors_of(SMALL) == {old.pk, new.pk}
    assert vectors_of(OFFLINE) == {old.pk}
    row = EmbeddingModel.objects.get(model=SMALL)
    assert (row.status, row.cosine_low, row.cosine_high) == ("active", 0.2, 0.6)


def test_jobs_that_are_left_over_at_the_switch_serve_the_model_that_is_searched() -> None:
    (shop,) = described("甲店")
    build()
    switch(SMALL, calibration=None)
    ShopEmbedding.objects.all().delete()
    queue_shops("reembed_shop", [shop.pk])
    drain(["reembed_shop"])
    assert (vectors_of(SMALL), vectors_of(OFFLINE)) == ({shop.pk}, set())


def test_a_switch_without_some_is_only_made_when_it_is_allowed(vendor: OpenAIStub) -> None:
    fastidious(vendor)
    described("甲店", f"{UNSPEAKABLE}店")
    build()
    with pytest.raises(NotReadyError, match="1 of 2 cafés lack a vector"):
        switch(SMALL, calibration=None)
    assert models() == {OFFLINE: "active", SMALL: "building"}
    assert switch(SMALL, calibration=None, allow_missing=1).missing == 1
    assert models() == {OFFLINE: "retired", SMALL: "active"}
    with pytest.raises(BuildingEndedError):
        switch(SMALL, calibration=None)
