"""Search goes over to another model at once, and no search ever compares vectors of two."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from caferoam.api.identity import only_bound_statements
from caferoam.local.provision import API
from caferoam.providers.embeddings import chosen, embedder_of
from caferoam.providers.errors import ProviderUnavailable
from caferoam.testing.database import logged_in_as
from caferoam.testing.jobs import drain
from caferoam.testing.openai import OpenAIStub
from enrichment.models import LlmBudget, LlmUsage
from enrichment.reembedding import calibrating
from enrichment.reembedding.active import active
from enrichment.reembedding.building import ModelsBusyError, begin, progress, queue_lacking
from enrichment.reembedding.calibrating import measure
from enrichment.reembedding.switching import switch
from enrichment.reembedding.tests.making import OFFLINE, SMALL, Heard, described, models
from enrichment.spending import search
from shops.filters import ShopFilters
from shops.models import ShopEmbedding
from shops.search import service
from shops.search.query_vectors import QueryVectors, query_vectors
from shops.search.searched import SearchedModel, SearchedModelCache, difference, searched_models
from shops.search.service import PreparedSearch
from shops.search.vocabulary import Vocabulary
from shops.search.weights import CALIBRATIONS, UNCALIBRATED, Calibration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy", "vendor")]

PATIENCE_S = 60.0


def prepared(searched: SearchedModel, vectors: QueryVectors | None = None) -> PreparedSearch:
    """A search that is understood and embedded, but not answered."""
    wanted = service.SearchRequest(text="窗邊看書的小店", filters=ShopFilters(), limit=5)
    vectors = vectors or QueryVectors(embedder_of(searched.provider, searched.model))
    return service.prepare(
        wanted,
        vocabulary=Vocabulary.of((), ()),
        vectors=vectors,
        now=timezone.now(),
        calibration=searched.calibration,
    )


def scores(search: PreparedSearch) -> list[tuple[object, object]]:
    """The shops in their order, with how near their meaning is."""
    answer = service.answer(search)
    results = answer["results"]
    assert isinstance(results, list)
    assert not answer["degraded"]
    return [(result["shop"]["name"], result["similarity_score"]) for result in results]


def built(*names: str) -> None:
    """Shops with vectors of both models."""
    described(*names)
    row = begin(SMALL, "openai")
    list(queue_lacking(row))
    drain(["reembed_shop"])
    assert progress(row).open == 0


def test_a_search_that_is_under_way_at_the_switch_ends_with_the_vectors_that_it_began_with() -> None:
    built("甲店", "乙店", "丙店")
    before = searched_models.load()
    under_way = prepared(before)
    expected = scores(prepared(before))
    switch(SMALL, calibration=None)
    assert scores(under_way) == expected
    after = searched_models.load()
    assert (before.model, after.model) == (OFFLINE, SMALL)
    assert scores(prepared(after)) != expected


def test_of_searches_at_the_same_time_as_the_switch_each_is_of_one_model() -> None:
    built("甲店", "乙店", "丙店")
    calibration = Calibration(-0.2, 0.2)
    expected = {
        OFFLINE: scores(prepared(searched_models.load())),
        SMALL: scores(prepared(SearchedModel("openai", SMALL, calibration))),
    }
    cache, stop = SearchedModelCache(kept_for=timedelta(0)), threading.Event()
    known = {
        model: QueryVectors(embedder_of(*named))
        for model, named in {OFFLINE: chosen(), SMALL: ("openai", SMALL)}.items()
    }

    def search_on() -> list[str]:
        seen = []
        try:
            while not stop.is_set() or SMALL not in seen:
                searched = cache.current()
                assert scores(prepared(searched, known[searched.model])) == expected[searched.model]
                seen.append(searched.model)
        finally:
            connection.close()
        return seen

    with ThreadPoolExecutor(3) as pool:
        searching = [pool.submit(search_on) for _ in range(3)]
        try:
            switch(SMALL, calibration=calibration)
        finally:
            stop.set()
        for one in searching:
            seen = one.result(PATIENCE_S)
            assert seen == sorted(seen, key=[OFFLINE, SMALL].index), "once changed over, none goes back"


def test_a_process_hears_of_the_switch_after_some_seconds_and_asks_no_more_often() -> None:
    built("甲店")
    now = 0.0
    cache = SearchedModelCache(clock=lambda: now)
    assert cache.current().model == OFFLINE
    switch(SMALL, calibration=Calibration(0.2, 0.6))
    now = 9.9
    assert cache.current().model == OFFLINE
    now = 10.0
    assert cache.current() == SearchedModel("openai", SMALL, Calibration(0.2, 0.6))


def test_cosines_are_read_as_measured_or_as_the_code_knows_or_in_the_middle() -> None:
    built("甲店")
    assert searched_models.load().calibration == CALIBRATIONS[OFFLINE]
    switch(SMALL, calibration=None)
    assert searched_models.load().calibration == UNCALIBRATED


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard, logger = Heard(), logging.getLogger("shops.search.searched")
    logger.addHandler(heard)
    yield heard
    logger.removeHandler(heard)


def test_operators_are_told_once_where_the_settings_choose_another_model(heard: Heard) -> None:
    built("甲店")
    assert difference("offline", OFFLINE) is None
    searched_models.load()
    assert heard.lines == []
    switch(SMALL, calibration=None)
    searched_models.load()
    searched_models.load()
    (told,) = heard.lines
    assert told == (
        f"The settings choose {OFFLINE} (offline) for embeddings, but {SMALL} (openai) is searched, and stays so."
        f" `manage.py reembed --model {OFFLINE} --provider offline` changes over; if that is not wanted, let the"
        f" settings choose {SMALL}."
    )


def test_a_change_of_a_shop_that_is_under_way_when_the_building_begins_is_not_lost(worker: psycopg.Connection) -> None:
    (shop,) = described("甲店")
    active()
    with ThreadPoolExecutor(1) as pool:
        with worker.transaction():
            worker.execute("UPDATE shops SET summary_zh = '有貓', enriched_at = now() WHERE id = %s", [shop.pk])
            beginning = pool.submit(begin_and_close)
            with pytest.raises(TimeoutError):
                beginning.result(0.3)
        beginning.result(PATIENCE_S)
    row = begin(SMALL, "openai")
    list(queue_lacking(row))
    drain(["reembed_shop"])
    assert progress(row).open == 0


def begin_and_close() -> None:
    try:
        begin(SMALL, "openai")
    finally:
        connection.close()


@pytest.mark.slow
def test_whoever_writes_shops_for_long_is_not_held_up_and_the_switch_is_tried_again(worker: psycopg.Connection) -> None:
    built("甲店")
    with worker.transaction():
        worker.execute("UPDATE shops SET rating = 4")
        with pytest.raises(ModelsBusyError):
            switch(SMALL, calibration=None)
    assert models() == {OFFLINE: "active", SMALL: "building"}
    switch(SMALL, calibration=None)
    assert models() == {OFFLINE: "retired", SMALL: "active"}


def test_with_enough_shops_a_model_is_measured_and_paid_for(vendor: OpenAIStub) -> None:
    embedder = embedder_of("openai", SMALL)
    built("甲店", "乙店", "丙店")
    calls = vendor.billed.calls
    assert measure(embedder) is None
    assert vendor.billed.calls == calls, "with few shops there is nothing to pay for"
    measured = measure(embedder, enough_shops=3)
    assert measured is not None
    queries = embedder.embed(calibrating.QUERIES).vectors
    cafes = np.array([row.embedding for row in ShopEmbedding.objects.filter(model=SMALL)])
    cosines = queries @ cafes.T
    assert (measured.low, measured.high) == pytest.approx(
        (np.median(cosines), np.median(cosines.max(axis=1))), abs=1e-6
    )
    assert LlmUsage.objects.filter(purpose="reembed_shop", items=len(calibrating.QUERIES)).count() == 1


def test_what_the_code_knows_of_a_model_is_not_measured_again() -> None:
    assert measure(embedder_of("offline", OFFLINE)) == CALIBRATIONS[OFFLINE]


def test_what_a_search_costs_at_a_vendor_is_noted_and_beyond_the_budget_none_is_embedded(vendor: OpenAIStub) -> None:
    query_vectors("offline", OFFLINE)  # drops what another test may have asked another vendor for
    search.permission.forget()
    with logged_in_as(API), only_bound_statements():
        vectors = query_vectors("openai", SMALL)
        assert vectors.of("安靜") == vectors.of("安靜")
    noted = LlmUsage.objects.get()
    assert (noted.purpose, noted.model) == ("search", SMALL)
    assert (noted.tokens_in, noted.usd) == (vendor.billed.tokens, vendor.billed.usd)
    LlmBudget.objects.create(purpose="search", daily_usd=0)
    search.permission.forget()
    with logged_in_as(API), pytest.raises(ProviderUnavailable, match="budget"):
        vectors.of("不安靜")
    assert vendor.billed.calls == 1
    search.permission.forget()
