"""The adapter for Supabase Auth's admin routes, over real HTTP."""

from uuid import uuid4

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.providers.auth import AuthAdmin, auth_admin
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.testing.storage import KEYS, StorageStub


@pytest.fixture
def admin(storage_stub: StorageStub) -> AuthAdmin:
    return auth_admin()


def test_a_deleted_user_is_gone_with_all_that_hangs_on_them_and_others_stay(
    admin: AuthAdmin, member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    admin.delete(member.user_id)
    admin.delete(member.user_id)
    both = [member.user_id, other_member.user_id]
    for query in ("SELECT id FROM auth.users WHERE id = ANY (%s)", "SELECT id FROM profiles WHERE id = ANY (%s)"):
        assert owner.execute(query.encode(), [both]).fetchall() == [(other_member.user_id,)]


def test_a_404_that_speaks_of_no_user_is_no_success(admin: AuthAdmin, storage_stub: StorageStub) -> None:
    storage_stub.fail(404)
    with pytest.raises(ProviderRefused, match=r"^Auth will not delete a user: 404 out of order$"):
        admin.delete(uuid4())


def test_with_a_wrong_key_work_waits_for_the_right_one(storage_stub: StorageStub, settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = "sb_secret_of_another_project_001"
    with pytest.raises(ProviderUnavailable, match=r"^Auth will not delete a user: 401 Invalid API key$"):
        auth_admin().delete(uuid4())


def test_the_publishable_key_opens_nothing(storage_stub: StorageStub, settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = KEYS.publishable
    with pytest.raises(ProviderUnavailable, match="403 not_admin"):
        auth_admin().delete(uuid4())


def test_without_a_secret_key_nothing_is_asked(settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="SUPABASE_SECRET_KEY is not set"):
        auth_admin()
