"""Fixtures for the tests of the directory and of search."""

from collections.abc import Iterator

import pytest

from shops.search.searched import searched_models
from shops.search.vocabulary import vocabularies
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy


@pytest.fixture(autouse=True)
def nothing_kept_of_another_test() -> Iterator[None]:
    """Each test reads its own tables."""
    for kept in (vocabularies, searched_models):
        kept.forget()
    yield
    for kept in (vocabularies, searched_models):
        kept.forget()


@pytest.fixture
def taxonomy(db: None) -> None:
    """The taxonomy in its table."""
    load_taxonomy(file_definitions())
