"""Operators find members, close and open accounts, and say who is a curator; every such step is in the log."""

import re
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import psycopg
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Profile, UserRole
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.desk import become_the_admin, operator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("desk_settings")]

MEMBERS = "/accounts/profile/"
LOG = "/admin/logentry/"


def page_of(member: Principal, what: str = "change") -> str:
    return f"{MEMBERS}{member.user_id}/{what}/"


def texts(client: Client, url: str, **headers: str) -> str:
    """What one reads there."""
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    main = response.content.decode().split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def found(client: Client, text: str) -> set[str]:
    """The members that a search lists."""
    response = client.get(MEMBERS, {"q": text})
    assert response.status_code == 200
    return set(re.findall(rf"{MEMBERS}([0-9a-f-]{{36}})/change/", response.content.decode()))


def test_members_are_found_by_id_address_and_name(
    admin: Client, member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE profiles SET display_name = '阿明 100%% Ming' WHERE id = %s", [member.user_id])
    one, two = str(member.user_id), str(other_member.user_id)
    assert found(admin, "") == {one, two}
    assert member.email is not None
    for text in (one, one.upper(), one[:13], one.replace("-", "")[:20], member.email, f" {member.email.upper()} "):
        assert found(admin, text) == {one}, text
    for text in ("阿明", "ming", "100%"):
        assert found(admin, text) == {one}, text
    for text in (member.email[:-1], "@", "%", "_", str(uuid.uuid4()), "' OR true --", "nobody@caferoam.test"):
        assert found(admin, text) == ({one} if text == "%" else set()), text


def test_the_list_tells_names_states_and_roles_in_a_fixed_number_of_statements(
    admin: Client,
    new_members: Callable[[int], list[Principal]],
    owner: psycopg.Connection,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    active, closed, leaving, unsure, *_rest = new_members(20)
    owner.execute("UPDATE profiles SET deactivated_at = now() WHERE id = %s", [closed.user_id])
    owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [leaving.user_id])
    owner.execute("UPDATE profiles SET pdpa_consent_at = NULL WHERE id = %s", [unsure.user_id])
    owner.execute("INSERT INTO user_roles (user_id, role) SELECT id, 'curator' FROM profiles")
    with django_assert_max_num_queries(4):
        page = admin.get(MEMBERS).content.decode()
    rows = {row[1]: row[0] for row in re.findall(r"(<tr>.*?/profile/([0-9a-f-]{36})/change/.*?</tr>)", page, re.DOTALL)}
    for principal, state in ((active, "Active"), (closed, "Closed"), (leaving, "Leaving"), (unsure, "Has not agreed")):
        assert state in rows[str(principal.user_id)]
        assert "Curator" in rows[str(principal.user_id)]


def test_a_member_s_page_tells_what_an_operator_must_know(
    admin: Client,
    member: Principal,
    other_member: Principal,
    owner: psycopg.Connection,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    owner.execute("UPDATE profiles SET display_name = '<b>阿明</b>' WHERE id = %s", [member.user_id])
    owner.execute("INSERT INTO lists (user_id, name) VALUES (%s, '想去'), (%s, '去過')", [member.user_id] * 2)
    owner.execute("INSERT INTO lists (user_id, name) VALUES (%s, 'theirs')", [other_member.user_id])
    owner.execute(
        "INSERT INTO consents (user_id, kind, granted, version, locale, source)"
        " VALUES (%s, 'weekly_email', true, 'v7', 'en', 'profile')",
        [member.user_id],
    )
    with django_assert_max_num_queries(6):
        told = texts(admin, page_of(member))
    assert "&lt;b&gt;阿明&lt;/b&gt;" in told
    assert f"Email address {member.email}" in told
    assert str(member.user_id) in told
    assert "Check-ins 0 Stamps 0 Lists 2" in told
    newer, older = (
        told.index("The weekly email Yes v7 en profile page"),
        told.index("The service itself Yes test zh-TW"),
    )
    assert newer < older
    chinese = texts(admin, page_of(member), **{"accept-language": "zh-TW"})
    assert "每週電子報 是 v7 en 個人檔案頁" in chinese
    assert not re.search(r"[A-Z][a-z]+ [a-z]+ [a-z]+", chinese), "nothing is left in English"


def test_what_a_member_says_cannot_be_changed_here(admin: Client, member: Principal) -> None:
    for url in (page_of(member), f"{MEMBERS}add/", page_of(member, "delete"), MEMBERS):
        response = admin.post(url, {"display_name": "x", "action": "delete_selected", "_selected_action": "1"})
        assert response.status_code in {200, 302, 403, 404, 405}
    assert Profile.objects.filter(pk=member.user_id, display_name=None).exists()
    for consent in ("/accounts/consent/", "/accounts/userrole/"):
        assert admin.get(consent).status_code == 404


def test_an_account_is_closed_and_opened_again_after_asking(
    admin: Client, api: ApiClient, bearer: Callable[[Principal], dict[str, str]], member: Principal, settings: Settings
) -> None:
    headers = bearer(member)
    assert "their next request" in texts(admin, page_of(member, "close"))
    assert Profile.objects.get(pk=member.user_id).deactivated_at is None, "asking does nothing"
    for _ in range(2):
        answer = admin.post(page_of(member, "close"))
        assert (answer.status_code, answer["Location"]) == (302, page_of(member))
    assert Profile.objects.get(pk=member.user_id).deactivated_at is not None
    assert "Open the account" in texts(admin, page_of(member))
    settings.ROOT_URLCONF = "caferoam.urls"
    settings.MIDDLEWARE = ["caferoam.api.middleware.RequestMiddleware"]
    assert api.get("/profile", headers=headers).json()["code"] == "deactivated"
    become_the_admin(settings)
    for _ in range(2):
        admin.post(page_of(member, "reopen"))
    assert Profile.objects.get(pk=member.user_id).deactivated_at is None
    log = texts(admin, LOG)
    assert (log.count("Account closed"), log.count("Account opened again")) == (1, 1), (
        "what changed nothing is not told"
    )
    assert "停用帳號" in texts(admin, LOG, **{"accept-language": "zh-TW"})


def test_a_role_is_granted_once_by_name_and_revoked(admin: Client, member: Principal, other_member: Principal) -> None:
    UserRole.objects.create(user_id=other_member.user_id, role="curator", granted_by="somebody")
    for _ in range(2):
        answer = admin.post(page_of(member, "roles"), {"grant": "curator"})
        assert (answer.status_code, answer["Location"]) == (302, page_of(member))
    assert list(UserRole.objects.filter(user_id=member.user_id).values_list("role", "granted_by")) == [
        ("curator", "admin")
    ]
    assert re.search(r"Curator [^C]*\badmin Revoke", texts(admin, page_of(member)))
    for _ in range(2):
        admin.post(page_of(member, "roles"), {"revoke": "curator"})
    assert list(UserRole.objects.values_list("user_id", "granted_by")) == [(other_member.user_id, "somebody")]
    log = texts(admin, LOG)
    assert (log.count("Role granted: Curator"), log.count("Role revoked: Curator")) == (1, 1)


@pytest.mark.parametrize("fields", [{}, {"grant": "god"}, {"grant": ""}, {"grant": "admin", "revoke": "curator"}])
def test_what_is_no_role_is_not_granted(admin: Client, member: Principal, fields: dict[str, str]) -> None:
    assert admin.post(page_of(member, "roles"), fields).status_code == 404
    assert not UserRole.objects.exists()


def test_nobody_who_is_not_there_can_be_looked_at_or_changed(admin: Client, member: Principal) -> None:
    for what in ("change", "close", "reopen"):
        assert admin.get(f"{MEMBERS}{uuid.uuid4()}/{what}/").status_code == 404
        assert admin.get(f"{MEMBERS}nobody/{what}/").status_code == 404
    assert admin.post(f"{MEMBERS}{uuid.uuid4()}/close/").status_code == 404
    assert admin.post(f"{MEMBERS}{uuid.uuid4()}/roles/", {"grant": "admin"}).status_code == 404
    assert admin.get(page_of(member, "roles")).status_code == 405
    assert not LogEntry.objects.exists()


def test_who_may_only_look_changes_nothing(member: Principal) -> None:
    viewer = operator("viewer", "accounts.view_profile")
    told = viewer.get(page_of(member)).content.decode().split("<main")[1]
    assert "<button" not in told
    assert "/close/" not in told
    for what in ("close", "reopen", "roles"):
        assert viewer.post(page_of(member, what), {"grant": "admin"}).status_code == 403
        assert what == "roles" or viewer.get(page_of(member, what)).status_code == 403
    stranger = operator("stranger", "jobs.view_job")
    for url in (MEMBERS, page_of(member), page_of(member, "close")):
        assert stranger.get(url).status_code == 403
    assert "/accounts/profile/" not in stranger.get("/").content.decode()
    granter = operator("granter", "accounts.add_userrole", "accounts.delete_userrole")
    assert granter.post(page_of(member, "roles"), {"grant": "admin"}).status_code == 403, "may not even look"
    assert not UserRole.objects.exists()
    assert Profile.objects.get(pk=member.user_id).deactivated_at is None


def test_who_is_not_logged_in_sees_nobody(member: Principal) -> None:
    for url in (MEMBERS, page_of(member), page_of(member, "close")):
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={url}")
    assert Client().post(page_of(member, "close")).status_code == 302
    assert Profile.objects.get(pk=member.user_id).deactivated_at is None


def test_the_workers_login_has_the_rights_for_it(worker_login: None, member: Principal) -> None:
    client = operator("as_worker")
    assert member.email is not None
    assert found(client, member.email) == {str(member.user_id)}
    assert client.post(page_of(member, "roles"), {"grant": "curator"}).status_code == 302
    assert client.post(page_of(member, "roles"), {"revoke": "curator"}).status_code == 302
    assert client.post(page_of(member, "close")).status_code == 302
    assert f"Email address {member.email}" in texts(client, page_of(member))


@pytest.mark.slow
def test_no_other_process_loads_these_pages() -> None:
    code = (
        "import django; django.setup()\n"
        "import caferoam.wsgi, sys\n"
        "from django.urls import resolve; resolve('/profile')\n"
        "from caferoam.jobs.discovery import discover_job_types; discover_job_types()\n"
        "print([name for name in sys.modules if name.startswith(('accounts.admin', 'accounts.member_pages'))])"
    )
    root = Path(__file__).resolve().parents[2]
    done = run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
