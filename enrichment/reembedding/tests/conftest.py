"""Two models: the offline one, and a vendor's behind a stub."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from caferoam.testing.openai import KEY, OpenAIStub
from enrichment.tests.conftest import taxonomy
from shops.search.searched import searched_models

__all__ = ["taxonomy"]


@pytest.fixture
def vendor(settings: Settings) -> Iterator[OpenAIStub]:
    """A vendor whose models are at hand, though the settings choose the offline one."""
    with OpenAIStub() as vendor:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, vendor.base_url
        yield vendor


@pytest.fixture(autouse=True)
def nothing_kept_of_another_test() -> Iterator[None]:
    """Each test reads its own tables."""
    searched_models.forget()
    yield
    searched_models.forget()
