"""Leaving, and coming back: what members see of it, and what follows at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import httpx
import psycopg
import pytest
from django.db import connections
from rest_framework.test import APIClient

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.jobs import drain
from caferoam.testing.storage import KEYS, StorageStub
from caferoam.testing.tokens import SignToken

type Bearer = Callable[[Principal], dict[str, str]]

pytestmark = pytest.mark.slow


def ago(**units: float) -> float:
    return (datetime.now(UTC) - timedelta(**units)).timestamp()


def jobs(owner: psycopg.Connection, member: Principal) -> list[tuple[str, str]]:
    return owner.execute(
        "SELECT job_type, status FROM job_queue WHERE payload ->> 'user_id' = %s ORDER BY job_type, status",
        [str(member.user_id)],
    ).fetchall()


def test_leaving_takes_effect_at_once_and_is_fulfilled_in_fourteen_days(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    response = api.delete("/profile", headers=bearer(member))
    assert response.status_code == 202
    told = response.json()
    lasts = datetime.fromisoformat(told["purge_after"]) - datetime.fromisoformat(told["requested_at"])
    assert lasts == timedelta(days=14)
    assert told["can_be_restored"] is True
    for path in ("/profile", "/lists", "/stamps", "/profile/export"):
        refused = api.get(path, headers=bearer(member))
        assert (refused.status_code, refused.json()["code"]) == (403, "deletion_pending"), path
    assert api.get("/profile/deletion", headers=bearer(member)).json() == told
    (due,) = owner.execute("SELECT scheduled_at FROM job_queue WHERE job_type = 'erase_member'").fetchone() or (None,)
    assert due == datetime.fromisoformat(told["purge_after"])


def test_asking_again_gives_the_same_deletion(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    first = api.delete("/profile", headers=bearer(member))
    again = api.delete("/profile/", headers=bearer(member))
    assert (again.status_code, again.json()) == (202, first.json())
    assert jobs(owner, member) == [("erase_member", "pending")], "queued once"


def test_ten_requests_at_once_leave_one_deletion(
    api_login: None, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    headers, gate = bearer(member), threading.Barrier(10)

    def leave(_: int) -> tuple[int, str]:
        gate.wait(60)
        try:
            answer = APIClient().delete("/profile", headers=headers)
            return answer.status_code, answer.data["requested_at"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(leave, range(10)))
    assert {status for status, _ in answers} == {202}
    assert len({requested_at for _, requested_at in answers}) == 1
    assert owner.execute("SELECT count(*) FROM account_deletions").fetchone() == (1,)


@pytest.mark.parametrize("amr", [None, [], [{"method": "password", "timestamp": ago(minutes=11)}], "password"])
def test_without_a_fresh_sign_in_leaving_must_be_typed(
    amr: object, api: ApiClient, member: Principal, sign_token: SignToken, owner: psycopg.Connection
) -> None:
    headers = {"Authorization": f"Bearer {sign_token(member, amr=amr)}"}
    refused = api.delete("/profile", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_sign_in_required")
    assert owner.execute("SELECT count(*) FROM account_deletions").fetchone() == (0,)
    assert api.delete("/profile", {"confirm": "DELETE"}, format="json", headers=headers).status_code == 202


def test_the_confirmation_can_be_typed_in_chinese(api: ApiClient, member: Principal, sign_token: SignToken) -> None:
    headers = {"Authorization": f"Bearer {sign_token(member, amr=None)}"}
    assert api.delete("/profile", {"confirm": "刪除"}, format="json", headers=headers).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"confirm": "delete"},
        {"confirm": ""},
        {"confirm": None},
        {"confirm": True},
        {"confirm": ["DELETE"]},
        {"yes": "DELETE"},
        [],
    ],
)
def test_any_other_confirmation_is_none(
    body: dict[str, object] | list[object], api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    refused = api.delete("/profile", body, format="json", headers=bearer(member))
    assert refused.status_code == 400
    assert refused.json()["errors"].keys() == (set(body) or {"non_field_errors"})
    assert owner.execute("SELECT count(*) FROM account_deletions").fetchone() == (0,)


def test_whoever_has_agreed_to_nothing_may_leave_too(
    api: ApiClient, newcomer: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    assert api.delete("/profile", headers=bearer(newcomer)).status_code == 202
    assert api.get("/profile/deletion", headers=bearer(newcomer)).status_code == 200


def test_whoever_was_shut_out_may_leave_too(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE profiles SET deactivated_at = now()")
    assert api.delete("/profile", headers=bearer(member)).status_code == 202
    restored = api.post("/profile/restore", headers=bearer(member))
    assert restored.json() == {"state": "deactivated"}, "and is shut out still when they come back"


def test_the_weekly_email_waiting_jobs_and_a_pending_export_end_with_the_wish(
    api: ApiClient, member: Principal, other_member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    for who in (member, other_member):
        owner.execute(
            "INSERT INTO consents (user_id, kind, granted, version, locale, source)"
            " VALUES (%s, 'weekly_email', true, '2026-11', 'en', 'profile')",
            [who.user_id],
        )
        owner.execute("INSERT INTO data_exports (user_id) VALUES (%s)", [who.user_id])
    api.delete("/profile", headers=bearer(member))
    assert owner.execute(
        "SELECT granted, version, locale, source FROM consents WHERE user_id = %s ORDER BY at DESC LIMIT 1",
        [member.user_id],
    ).fetchone() == (False, "2026-11", "en", "deletion")
    opted_in = owner.execute("SELECT id, email_opt_in FROM profiles").fetchall()
    assert dict(opted_in) == {member.user_id: False, other_member.user_id: True}
    exports: dict[UUID, str] = dict(owner.execute("SELECT user_id, status FROM data_exports").fetchall())
    assert exports == {member.user_id: "failed", other_member.user_id: "pending"}
    assert ("export_member", "failed") in jobs(owner, member)
    assert jobs(owner, other_member) == [("export_member", "pending")]


def test_coming_back_restores_what_was_stopped(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    owner.execute("SELECT private.enqueue_job_v2('process_upload', %s)", [f'{{"user_id": "{member.user_id}"}}'])
    api.delete("/profile", headers=bearer(member))
    assert ("process_upload", "failed") in jobs(owner, member)
    restored = api.post("/profile/restore", headers=bearer(member))
    assert (restored.status_code, restored.json()) == (200, {"state": "active"})
    assert ("process_upload", "pending") in jobs(owner, member)
    assert ("erase_member", "failed") in jobs(owner, member), "which nobody runs again by itself"
    assert api.get("/lists", headers=bearer(member)).status_code == 200
    assert api.get("/profile/deletion", headers=bearer(member)).status_code == 404
    again = api.post("/profile/restore", headers=bearer(member))
    assert (again.status_code, again.json()) == (200, {"state": "active"}), "a repeated request changes nothing"
    assert api.delete("/profile", headers=bearer(member)).status_code == 202, "and they may go again"


def test_nobody_comes_back_once_erasing_has_begun(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    api.delete("/profile", headers=bearer(member))
    owner.execute("UPDATE account_deletions SET step = 'begin'")
    refused = api.post("/profile/restore", headers=bearer(member))
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure_begun")
    assert api.get("/profile/deletion", headers=bearer(member)).json()["can_be_restored"] is False
    assert owner.execute("SELECT cancelled_at FROM account_deletions").fetchone() == (None,)


def test_nobody_sees_or_ends_the_leaving_of_another(
    api: ApiClient, member: Principal, other_member: Principal, bearer: Bearer, owner: psycopg.Connection
) -> None:
    api.delete("/profile", headers=bearer(member))
    assert api.get("/profile/deletion", headers=bearer(other_member)).status_code == 404
    assert api.post("/profile/restore", headers=bearer(other_member)).json() == {"state": "active"}
    assert owner.execute("SELECT cancelled_at FROM account_deletions").fetchone() == (None,)
    assert api.delete("/profile").status_code == 401
    assert api.post("/profile/restore").status_code == 401


def test_the_database_lets_a_member_ask_for_themselves_alone_and_change_nothing(
    member: Principal, other_member: Principal, api_connection: psycopg.Connection
) -> None:
    def as_member(statement: LiteralString, values: list[object]) -> None:
        with api_connection.transaction():
            api_connection.execute(
                "SELECT set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
                [f'{{"sub": "{member.user_id}"}}'],
            )
            api_connection.execute(statement, values)

    forbidden: list[tuple[LiteralString, list[object]]] = [
        ("INSERT INTO account_deletions (user_id) VALUES (%s)", [other_member.user_id]),
        ("INSERT INTO account_deletions (user_id, purge_after) VALUES (%s, now())", [member.user_id]),
        ("UPDATE account_deletions SET cancelled_at = now()", []),
        ("DELETE FROM account_deletions", []),
    ]
    for statement, values in forbidden:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_member(statement, values)


@pytest.mark.usefixtures("sign_token")
def test_whoever_left_days_ago_signs_in_again_to_come_back(
    api: ApiClient, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    storage_stub.users.sign_up("ann@caferoam.test", "correct horse", {})

    def sign_in() -> dict[str, str]:
        answer = httpx.post(
            f"{storage_stub.url}/auth/v1/token?grant_type=password",
            json={"email": "ann@caferoam.test", "password": "correct horse"},
            headers={"apikey": KEYS.publishable},
        )
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    assert api.delete("/profile", headers=sign_in()).status_code == 202
    assert drain() == {}, "nothing is due that could keep them out"
    later = sign_in()  # the token with which they left has run out
    assert api.get("/lists", headers=later).json()["code"] == "deletion_pending"
    assert api.post("/profile/restore", headers=later).json() == {"state": "consent_required"}
