"""Which model is searched, as workers learn of it when they start."""

import logging
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings import embedder_of
from caferoam.providers.errors import ProviderUnavailable
from enrichment.models import EmbeddingModel
from enrichment.reembedding.active import active, disagreement, embedder_for, load_searched
from enrichment.reembedding.tests.making import OFFLINE, SMALL, Heard, models

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard, logger = Heard(), logging.getLogger("enrichment")
    logger.addHandler(heard)
    yield heard
    logger.removeHandler(heard)


def test_a_fresh_database_begins_with_what_the_settings_choose(heard: Heard) -> None:
    load_searched()
    assert (models(), heard.lines, disagreement()) == ({OFFLINE: "active"}, [], None)


def test_settings_that_change_later_change_nothing_and_the_worker_says_what_does(
    settings: Settings, heard: Heard
) -> None:
    active()
    settings.EMBEDDINGS_PROVIDER, settings.OPENAI_EMBEDDING_MODEL = "openai", SMALL
    load_searched()
    assert models() == {OFFLINE: "active"}
    (told,) = heard.lines
    assert f"{OFFLINE} (offline) is searched, and stays so" in told
    assert f"reembed --model {SMALL} --provider openai" in told
    assert embedder_for(active()) is embedder_of("offline", OFFLINE)


@pytest.mark.usefixtures("vendor")
def test_a_worker_without_the_key_of_the_model_that_is_searched_starts_says_so_and_lets_jobs_wait(
    settings: Settings, heard: Heard
) -> None:
    EmbeddingModel.objects.create(model="text-embedding-3-large", provider="openai", status="active")
    settings.OPENAI_API_KEY = ""
    embedder_of.cache_clear()
    load_searched()
    assert "No café can be embedded here: OPENAI_API_KEY is not set" in heard.lines[-1]
    with pytest.raises(ProviderUnavailable, match="OPENAI_API_KEY is not set"):
        embedder_for(active())
