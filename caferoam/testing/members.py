"""Members for tests: an auth user, a profile and a consent in the test's database, committed."""

from collections.abc import Callable

import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.local.provision import OWNER
from caferoam.testing.database import database_url
from caferoam.testing.tokens import new_member


def join(member: Principal, *, consenting: bool = True) -> Principal:
    """Let somebody sign up with Supabase and, if ``consenting``, with us; they are returned."""
    with psycopg.connect(database_url(OWNER)) as connection:
        connection.execute("INSERT INTO auth.users (id, email) VALUES (%s, %s)", [member.user_id, member.email])
        if consenting:
            connection.execute("INSERT INTO profiles (id) VALUES (%s)", [member.user_id])
            connection.execute(
                "INSERT INTO consents (user_id, kind, granted, version, locale, source)"
                " VALUES (%s, 'service', true, 'test', 'zh-TW', 'sign_up')",
                [member.user_id],
            )
    return member


@pytest.fixture
def newcomer(transactional_db: None) -> Principal:
    """Signed up with Supabase, and not yet seen by us."""
    return join(new_member(), consenting=False)


@pytest.fixture
def member(transactional_db: None) -> Principal:
    """A member who has agreed to our terms."""
    return join(new_member())


@pytest.fixture
def other_member(transactional_db: None) -> Principal:
    """Another one."""
    return join(new_member())


@pytest.fixture
def new_members(transactional_db: None) -> Callable[[int], list[Principal]]:
    """As many more as asked for."""
    return lambda count: [join(new_member()) for _ in range(count)]
