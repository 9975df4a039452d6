"""Fixtures for the tests of the directory and of search."""

from collections.abc import Iterator

import pytest

from shops.search.areas import Area
from shops.search.vocabulary import Vocabulary, vocabularies
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy


@pytest.fixture(autouse=True)
def no_vocabulary_of_another_test() -> Iterator[None]:
    """Each test reads its own tables."""
    vocabularies.forget()
    yield
    vocabularies.forget()


@pytest.fixture
def taxonomy(db: None) -> None:
    """The taxonomy in its table."""
    load_taxonomy(file_definitions())


@pytest.fixture
def vocabulary() -> Vocabulary:
    """The taxonomy's words and a few districts, without a database."""
    return Vocabulary.of(file_definitions(), AREAS)


AREAS = [
    Area("台北市", "大安區"),
    Area("台北市", "信義區"),
    Area("台北市", "中山區"),
    Area("台北市", "北投區"),
    Area("新北市", "板橋區"),
    Area("新北市", "淡水區"),
    Area("台中市", "大安區"),
    Area("台中市", "清水區"),
    Area("基隆市", "信義區"),
    Area("新竹市", "東區"),
    Area("新竹縣", "竹北市"),
    Area("", ""),
]
