"""What every embedder promises. A vendor's is held to it over HTTP, before a stub of the vendor."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings import DIMENSIONS, Embedder, chosen, embedder_of, get_embedder
from caferoam.providers.embeddings.offline import OfflineEmbedder
from caferoam.providers.embeddings.protocol import Loadable
from caferoam.providers.usage import NOTHING
from caferoam.testing.openai import KEY, OpenAIStub

pytestmark = pytest.mark.slow

TEXTS = ["有插座的安靜咖啡廳", "a quiet café with power outlets", "吵鬧的酒吧", "", "很長的文字。" * 500]

MODELS = [("offline", "use-multilingual-3"), ("openai", "text-embedding-3-small"), ("openai", "text-embedding-3-large")]


@pytest.fixture
def vendor(settings: Settings) -> Iterator[None]:
    with OpenAIStub() as stub:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, stub.base_url
        yield


@pytest.fixture(params=MODELS, ids="/".join)
def embedder(vendor: None, request: pytest.FixtureRequest) -> Embedder:
    return embedder_of(*request.param)


def test_every_text_gets_a_row_of_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS).vectors
    assert vectors.shape == (len(TEXTS), DIMENSIONS) == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows_and_cost_nothing(embedder: Embedder) -> None:
    nothing = embedder.embed([])
    assert nothing.vectors.shape == (0, DIMENSIONS)
    assert nothing.vectors.dtype == np.float32
    assert nothing.usage == NOTHING


def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder: Embedder) -> None:
    batch = embedder.embed(TEXTS).vectors
    for text, row in zip(TEXTS, batch, strict=True):
        assert embedder.embed([text]).vectors[0] == pytest.approx(row, abs=1e-4)


def test_texts_of_no_length_and_of_any_are_embedded_and_the_same_text_twice_in_a_batch(embedder: Embedder) -> None:
    vectors = embedder.embed(["", "插座", "\x00", "咖啡" * 20_000, "插座"]).vectors
    assert np.isfinite(vectors).all()
    assert vectors[1] == pytest.approx(vectors[4], abs=1e-4)


def test_what_it_takes_is_told_by_those_who_are_paid_for_it(embedder: Embedder) -> None:
    usage = embedder.embed(TEXTS).usage
    assert (usage.usd > 0) == (usage.tokens_in > 0) == (not isinstance(embedder, Loadable))
    assert usage.tokens_out == usage.tokens_cached == 0


def test_threads_may_share_one(embedder: Embedder) -> None:
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: embedder.embed([text]).vectors[0], TEXTS * 3))
    assert np.allclose(rows, np.concatenate([embedder.embed(TEXTS).vectors] * 3), atol=1e-4)


def test_provider_and_model_name_one_embedder(embedder: Embedder) -> None:
    assert embedder_of(embedder.provider, embedder.model) is embedder


def test_the_same_meaning_in_two_languages_is_nearer_than_the_opposite() -> None:
    chinese, english, bar, *_ = embedder_of(*MODELS[0]).embed(TEXTS).vectors
    assert chinese @ english > chinese @ bar


def test_threads_may_share_one_that_has_not_been_used_yet() -> None:
    fresh = OfflineEmbedder()
    expected = OfflineEmbedder().embed(TEXTS[:1]).vectors[0]
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: fresh.embed(TEXTS[:1]).vectors[0], range(8)))
    assert all(np.allclose(row, expected, atol=1e-5) for row in rows)


def test_the_settings_choose(settings: Settings) -> None:
    settings.OPENAI_API_KEY = KEY
    for provider, model in MODELS:
        settings.EMBEDDINGS_PROVIDER = provider
        settings.OPENAI_EMBEDDING_MODEL = model
        assert chosen() == (provider, model)
        assert get_embedder() is embedder_of(provider, model)


def test_an_unknown_name_is_refused_by_name(settings: Settings) -> None:
    settings.EMBEDDINGS_PROVIDER = "crystal-ball"
    with pytest.raises(ImproperlyConfigured, match=r"crystal-ball.*EMBEDDINGS_PROVIDER"):
        get_embedder()
    with pytest.raises(ImproperlyConfigured, match=r"no model 'gist'.*use-multilingual-3"):
        embedder_of("offline", "gist")
