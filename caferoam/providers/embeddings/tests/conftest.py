"""OpenAI's stand-in, and its adapter set to it."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings.openai import OpenAIEmbedder
from caferoam.testing.openai import KEY, OpenAIStub


@pytest.fixture
def stub(settings: Settings) -> Iterator[OpenAIStub]:
    with OpenAIStub() as stub:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, stub.base_url
        yield stub


@pytest.fixture
def embedder(stub: OpenAIStub) -> OpenAIEmbedder:
    return OpenAIEmbedder("text-embedding-3-small")
