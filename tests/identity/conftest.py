"""One world for all of these tests, in which each has members of its own: keeping them apart is what they are about."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from caferoam.local.provision import API, OWNER
from caferoam.testing.database import database_url
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import Issuer, SignToken
from tests.identity.belongings import Belongings, make_cafes
from tests.identity.sending import Send, sender
from tests.identity.world import World


@pytest.fixture(scope="package")
def world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    token_issuer: Issuer,
) -> Iterator[World]:
    """For tests marked ``django_db`` that use no transactional fixture: emptying all tables after each of them would
    take most of the time.
    """
    with (
        django_db_blocker.unblock(),
        psycopg.connect(database_url(OWNER), autocommit=True) as owner,
        StorageStub(tmp_path_factory.mktemp("storage"), token_issuer) as storage,
    ):
        yield World(owner, storage, make_cafes(owner))
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def storage_settings(world: World, settings: Settings) -> None:
    """The settings point at the world's storage."""
    for name, value in world.storage.environment.items():
        setattr(settings, name, value)


@pytest.fixture
def hers(world: World) -> Belongings:
    """Whose everything is that others are after."""
    return world.settle()


@pytest.fixture
def his(world: World) -> Belongings:
    """The same of a stranger to her."""
    return world.settle()


@pytest.fixture
def send(sign_token: SignToken) -> Send:
    """Sends calls of ``routes.py``."""
    return sender(sign_token)


@pytest.fixture
def api_login(world: World) -> Iterator[psycopg.Connection]:
    """A plain connection in autocommit as the API's login, which is anon until told otherwise."""
    with psycopg.connect(database_url(API), autocommit=True) as connection:
        yield connection
