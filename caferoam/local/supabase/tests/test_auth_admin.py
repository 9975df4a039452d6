"""The adapter for Supabase Auth's admin routes, over real HTTP."""

from uuid import uuid4

import httpx
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.providers.auth import AuthAdmin, auth_admin
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.testing.storage import KEYS, StorageStub

PASSWORD = "correct horse"


@pytest.fixture
def admin(storage_stub: StorageStub) -> AuthAdmin:
    return auth_admin()


def sign_in(stub: StorageStub, email: str) -> httpx.Response:
    return httpx.post(
        f"{stub.url}/auth/v1/token?grant_type=password",
        json={"email": email, "password": PASSWORD},
        headers={"apikey": KEYS.publishable},
    )


@pytest.mark.django_db(transaction=True)
def test_a_banned_user_gets_no_token_until_the_ban_is_lifted(storage_stub: StorageStub, admin: AuthAdmin) -> None:
    user = storage_stub.users.sign_up("ann@caferoam.test", PASSWORD, {})
    assert user is not None
    signed_in = sign_in(storage_stub, user.email).json()
    admin.ban(user.id)
    refused = sign_in(storage_stub, user.email)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "user_banned")
    renewed = httpx.post(
        f"{storage_stub.url}/auth/v1/token?grant_type=refresh_token",
        json={"refresh_token": signed_in["refresh_token"]},
        headers={"apikey": KEYS.publishable},
    )
    assert (renewed.status_code, renewed.json()["error_code"]) == (400, "user_banned")
    admin.unban(user.id)
    assert sign_in(storage_stub, user.email).status_code == 200


def test_a_deleted_user_is_gone_with_all_that_hangs_on_them_and_others_stay(
    admin: AuthAdmin, member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    admin.delete(member.user_id)
    admin.delete(member.user_id)
    both = [member.user_id, other_member.user_id]
    for query in ("SELECT id FROM auth.users WHERE id = ANY (%s)", "SELECT id FROM profiles WHERE id = ANY (%s)"):
        assert owner.execute(query.encode(), [both]).fetchall() == [(other_member.user_id,)]


@pytest.mark.django_db(transaction=True)
def test_a_user_who_is_not_there_needs_no_ban(admin: AuthAdmin, storage_stub: StorageStub) -> None:
    admin.ban(uuid4())
    admin.unban(uuid4())
    assert [request.method for request in storage_stub.requests] == ["PUT", "PUT"]


def test_a_404_that_speaks_of_no_user_is_no_success(admin: AuthAdmin, storage_stub: StorageStub) -> None:
    storage_stub.fail(404)
    with pytest.raises(ProviderRefused, match=r"^Auth will not delete a user: 404 out of order$"):
        admin.delete(uuid4())


def test_with_a_wrong_key_work_waits_for_the_right_one(storage_stub: StorageStub, settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = "sb_secret_of_another_project_001"
    with pytest.raises(ProviderUnavailable, match=r"^Auth will not ban a user: 401 Invalid API key$"):
        auth_admin().ban(uuid4())


def test_the_publishable_key_opens_nothing(storage_stub: StorageStub, settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = KEYS.publishable
    with pytest.raises(ProviderUnavailable, match="403 not_admin"):
        auth_admin().ban(uuid4())


def test_without_a_secret_key_nothing_is_asked(settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="SUPABASE_SECRET_KEY is not set"):
        auth_admin()
