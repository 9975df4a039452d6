"""The same text is embedded once, even when many ask for it at the same time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from caferoam.providers.embeddings import Embedded, Embedder, chosen, get_embedder
from caferoam.providers.errors import AnswerUnusable, ProviderRefused, ProviderUnavailable
from caferoam.providers.usage import Usage
from shops.search.query_vectors import QueryVectors, query_vectors
from shops.search.tests.embedder import PairEmbedder


def test_a_known_text_is_not_embedded_again() -> None:
    embedder = PairEmbedder()
    vectors = QueryVectors(embedder)
    assert vectors.of("安靜") == vectors.of("安靜") != vectors.of("不安靜")
    assert embedder.asked == ["安靜", "不安靜"]
    assert vectors.model == embedder.model


def test_the_texts_asked_for_longest_ago_are_dropped() -> None:
    embedder = PairEmbedder()
    vectors = QueryVectors(embedder, capacity=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        vectors.of(text)
    assert embedder.asked == ["one", "two", "three", "two"]


def test_those_who_ask_at_the_same_time_share_one_call() -> None:
    embedder = PairEmbedder()
    embedder.open.clear()
    vectors = QueryVectors(embedder)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(vectors.of, "安靜")
        assert embedder.entered.wait(60)
        second = pool.submit(vectors.of, "安靜")
        with pytest.raises(TimeoutError):
            second.result(timeout=0.05)
        embedder.open.set()
    assert first.result() == second.result()
    assert embedder.asked == ["安靜"]


def test_a_failed_call_fails_all_who_waited_and_is_forgotten() -> None:
    embedder = PairEmbedder()
    embedder.broken = True
    embedder.open.clear()
    vectors = QueryVectors(embedder)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(vectors.of, "安靜") for _ in range(4)]
        embedder.open.set()
    for answer in answers:
        with pytest.raises(ProviderUnavailable):
            answer.result()
    embedder.broken = False
    assert vectors.of("安靜").startswith("[")


def test_the_process_has_one_set_of_vectors_of_the_model_that_is_searched() -> None:
    assert query_vectors(*chosen()) is query_vectors(*chosen())
    assert query_vectors(*chosen()).model == get_embedder().model


def test_where_the_settings_do_not_allow_the_model_that_is_searched_a_search_says_why() -> None:
    vectors = query_vectors("offline", "another")
    assert vectors.model == "another"
    with pytest.raises(ProviderUnavailable, match="no model 'another'"):
        vectors.of("安靜")


class Purse:
    """Money for so many searches."""

    def __init__(self, searches: int) -> None:
        self.left = searches
        self.noted: list[tuple[str, Usage]] = []

    def search_allowed(self) -> bool:
        return self.left > 0

    def note_search(self, usage: Usage, embedder: Embedder) -> None:
        self.left -= 1
        self.noted.append((embedder.model, usage))


class Paid(PairEmbedder):
    """Costs something."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        return replace(super().embed(texts), usage=COST)


COST = Usage(tokens_in=3, usd=Decimal("0.000000060"))


def test_only_what_is_asked_of_the_embedder_costs_something_and_nothing_is_asked_beyond_the_budget() -> None:
    purse = Purse(1)
    vectors = QueryVectors(Paid(), spending=purse)
    assert vectors.of("安靜") == vectors.of("安靜")
    assert purse.noted == [(vectors.model, COST)]
    with pytest.raises(ProviderUnavailable, match="budget"):
        vectors.of("不安靜")
    assert vectors.of("安靜")
    assert len(purse.noted) == 1


class PaidInVain(PairEmbedder):
    """Answers with something of no use."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        raise AnswerUnusable("no vector", COST)


def test_an_answer_of_no_use_is_noted_too() -> None:
    purse = Purse(1)
    vectors = QueryVectors(PaidInVain(), spending=purse)
    with pytest.raises(ProviderRefused, match="no vector"):
        vectors.of("安靜")
    assert purse.noted == [(vectors.model, COST)]


def test_what_costs_nothing_is_not_noted() -> None:
    purse = Purse(1)
    QueryVectors(PairEmbedder(), spending=purse).of("安靜")
    assert purse.noted == []
