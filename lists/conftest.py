"""Fixtures for the tests of lists."""

from collections.abc import Callable

import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from lists.tests.client import ListsClient

type Bearer = Callable[[Principal], dict[str, str]]


@pytest.fixture
def client_of(api: ApiClient, bearer: Bearer) -> Callable[[Principal], ListsClient]:
    """The API as this member sees it."""
    return lambda member: ListsClient(api, bearer(member))


@pytest.fixture
def mine(client_of: Callable[[Principal], ListsClient], member: Principal) -> ListsClient:
    """The API as the member sees it."""
    return client_of(member)


@pytest.fixture
def theirs(client_of: Callable[[Principal], ListsClient], other_member: Principal) -> ListsClient:
    """The API as another member sees it."""
    return client_of(other_member)
