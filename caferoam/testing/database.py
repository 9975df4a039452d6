"""Fixtures for every app's tests: the database as its three logins see it, and a client of the API.

Django's default connection belongs to the owner; what the API does is tried through ``api`` or ``api_login``, which log
in as the API does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.response import Response
from rest_framework.test import APIClient

from caferoam.local.provision import API, OWNER, WORKER, provision_logins
from caferoam.testing.flushing import Flush
from caferoam.testing.plugin import PASSWORDS


def database_url(login: str) -> str:
    """The test database's address for one of the three logins."""
    parts = settings.DATABASES[DEFAULT_DB_ALIAS]
    return f"postgresql://{login}:{PASSWORDS[login]}@{parts['HOST']}:{parts['PORT']}/{connections[DEFAULT_DB_ALIAS].settings_dict['NAME']}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's database, plus the two logins that the migrations leave to ``ops/roles.sql``."""
    with django_db_blocker.unblock():
        provision_logins(database_url(OWNER), api_password=PASSWORDS[API], worker_password=PASSWORDS[WORKER])
        flush = Flush()
    with flush.ends_tests():
        yield


@contextmanager
def logged_in_as(login: str) -> Iterator[None]:
    """Let Django's default connection be another login's, in this thread and in those it starts.

    Only committed rows are seen by it.
    """
    before, settings_before = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = {**before.settings_dict, "USER": login, "PASSWORD": PASSWORDS[login]}
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections.settings[DEFAULT_DB_ALIAS] = settings_before
        connections[DEFAULT_DB_ALIAS] = before


@pytest.fixture
def api_login(transactional_db: None) -> Iterator[None]:
    """The whole test speaks to the database as the API does."""
    with logged_in_as(API):
        yield


@pytest.fixture
def worker_login(transactional_db: None) -> Iterator[None]:
    """The whole test speaks to the database as workers and commands do."""
    with logged_in_as(WORKER):
        yield


def _raw_connection(login: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url(login), autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A plain psycopg connection in autocommit, as the owner of the tables."""
    yield from _raw_connection(OWNER)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[psycopg.Connection]:
    """The same as the workers' login."""
    yield from _raw_connection(WORKER)


@pytest.fixture
def api_connection(transactional_db: None) -> Iterator[psycopg.Connection]:
    """The same as the API's login, which is anon until told otherwise."""
    yield from _raw_connection(API)


class ApiClient(APIClient):
    """DRF's test client whose requests, and nothing else, run on the API's login. ``queries`` counts the last one's."""

    queries: int = 0

    def request(self, **kwargs: object) -> Response:  # type: ignore[override]  # the stubs of its bases name three types
        with logged_in_as(API), CaptureQueriesContext(connections[DEFAULT_DB_ALIAS]) as captured:
            response = super().request(**kwargs)
        self.queries = len(captured)
        return response


@pytest.fixture
def api(transactional_db: None) -> ApiClient:
    """A client of the API. What the test itself writes through the ORM is committed, and so seen."""
    return ApiClient()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real café data, which stands beside the repository on some machines only."""
    folder = settings.BASE_DIR.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real café data is not on this machine: ../shared/data is absent")
    return Path(folder)
