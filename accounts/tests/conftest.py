from collections.abc import Iterator

import psycopg
import pytest

from caferoam.local.provision import OWNER
from caferoam.testing.database import database_url


@pytest.fixture
def second_owner(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Another connection of the owner's, to hold locks with."""
    with psycopg.connect(database_url(OWNER), autocommit=True) as connection:
        yield connection
