"""The same text is embedded once, even when many ask for it at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from caferoam.providers.embeddings import get_embedder
from caferoam.providers.errors import ProviderUnavailable
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
        assert embedder.entered.wait(10)
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


def test_the_process_has_one_set_of_vectors_of_the_configured_model() -> None:
    assert query_vectors() is query_vectors()
    assert query_vectors().model == get_embedder().model
