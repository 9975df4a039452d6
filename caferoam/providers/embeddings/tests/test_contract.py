"""What every embedder promises. One that needs a key or a network is held to it on request."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings import DIMENSIONS, Embedder, chosen, embedder_of, get_embedder
from caferoam.providers.embeddings.offline import OfflineEmbedder

pytestmark = pytest.mark.slow

TEXTS = ["有插座的安靜咖啡廳", "a quiet café with power outlets", "吵鬧的酒吧", "", "很長的文字。" * 500]


@pytest.fixture(scope="module", params=[OfflineEmbedder], ids=["offline"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


def test_every_text_gets_a_row_of_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS).vectors
    assert vectors.shape == (len(TEXTS), DIMENSIONS) == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).vectors.shape == (0, DIMENSIONS)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder: Embedder) -> None:
    batch = embedder.embed(TEXTS).vectors
    for text, row in zip(TEXTS, batch, strict=True):
        assert embedder.embed([text]).vectors[0] == pytest.approx(row, abs=1e-4)


def test_the_same_meaning_in_two_languages_is_nearer_than_the_opposite(embedder: Embedder) -> None:
    chinese, english, bar, *_ = embedder.embed(TEXTS).vectors
    assert chinese @ english > chinese @ bar


def test_threads_may_share_one_that_has_not_been_used_yet() -> None:
    fresh = OfflineEmbedder()
    expected = OfflineEmbedder().embed(TEXTS[:1]).vectors[0]
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: fresh.embed(TEXTS[:1]).vectors[0], range(8)))
    assert all(np.allclose(row, expected, atol=1e-5) for row in rows)


def test_the_setting_chooses_and_an_unknown_name_is_refused_by_name(settings: Settings) -> None:
    settings.EMBEDDINGS_PROVIDER = "offline"
    assert get_embedder() is get_embedder()
    settings.EMBEDDINGS_PROVIDER = "crystal-ball"
    with pytest.raises(ImproperlyConfigured, match=r"EMBEDDINGS_PROVIDER.*crystal-ball"):
        get_embedder()


def test_provider_and_model_name_one_embedder(settings: Settings) -> None:
    settings.EMBEDDINGS_PROVIDER = "offline"
    named = embedder_of("offline", "use-multilingual-3")
    assert named is get_embedder()
    assert (named.provider, named.model) == chosen()
    with pytest.raises(ImproperlyConfigured, match=r"no model 'gist'.*use-multilingual-3"):
        embedder_of("offline", "gist")
