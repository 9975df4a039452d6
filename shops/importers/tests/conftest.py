import pytest

from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy


@pytest.fixture
def taxonomy(db: None) -> None:
    load_taxonomy(file_definitions())
