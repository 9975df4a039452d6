"""The first sign-in makes a profile and notes what is agreed to: once, however often or at once it is said."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from rest_framework.test import APIClient

from accounts import consent
from accounts.models import Consent, Profile
from accounts.tests.racing import at_once, wait_for_waiting
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.tokens import SignToken, new_member

pytestmark = pytest.mark.django_db(transaction=True)

YES = {"consent_version": consent.VERSION, "locale": "en"}
Bearer = Callable[[Principal], dict[str, str]]


def call(api: ApiClient, headers: dict[str, str], body: Any = YES) -> tuple[int, dict[str, Any]]:
    response = api.post("/auth/callback", body, format="json", headers=headers)
    answer: dict[str, Any] = response.json()
    return response.status_code, answer


def consents(member: Principal) -> list[tuple[Any, ...]]:
    """All of them, the oldest first."""
    rows = Consent.objects.filter(user_id=member.user_id).order_by("at", "kind")
    return list(rows.values_list("kind", "granted", "version", "locale", "source"))


def test_a_newcomer_joins(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    status, profile = call(api, bearer(newcomer), {**YES, "email_opt_in": True})
    assert status == 201
    assert_as_described(profile, "Profile")
    agreed_at = datetime.fromisoformat(profile.pop("pdpa_consent_at"))
    assert agreed_at >= datetime.fromisoformat(profile.pop("created_at"))
    assert profile == {
        "id": str(newcomer.user_id),
        "email": newcomer.email,
        "display_name": None,
        "locale": "en",
        "email_opt_in": True,
        "avatar": None,
        "roles": [],
        "counts": {"check_ins": 0, "stamps": 0, "lists": 0},
    }
    assert consents(newcomer) == [
        ("service", True, consent.VERSION, "en", "sign_up"),
        ("weekly_email", True, consent.VERSION, "en", "sign_up"),
    ]
    assert api.get("/profile", headers=bearer(newcomer)).status_code == 200


@pytest.mark.parametrize("said", [{}, {"email_opt_in": False}])
def test_the_weekly_email_is_declined_unless_it_is_asked_for(
    api: ApiClient, bearer: Bearer, newcomer: Principal, said: dict[str, bool]
) -> None:
    _, profile = call(api, bearer(newcomer), {**YES, **said})
    assert profile["email_opt_in"] is False
    assert [row[:2] for row in consents(newcomer)] == [("service", True), ("weekly_email", False)]


def test_a_repeat_changes_nothing(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    first = call(api, bearer(newcomer), {**YES, "email_opt_in": True})
    before = consents(newcomer)
    for body in ({**YES, "email_opt_in": True}, YES, {**YES, "locale": "zh-TW"}):
        assert call(api, bearer(newcomer), body) == (200, first[1]), body
    assert consents(newcomer) == before


def test_a_repeat_notes_only_what_is_said_otherwise(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    call(api, bearer(newcomer), {**YES, "email_opt_in": True})
    before = consents(newcomer)
    status, profile = call(api, bearer(newcomer), {**YES, "locale": "zh-TW", "email_opt_in": False})
    assert (status, profile["email_opt_in"], profile["locale"]) == (200, False, "en")
    assert consents(newcomer) == [*before, ("weekly_email", False, consent.VERSION, "zh-TW", "sign_up")]
    _, profile = call(api, bearer(newcomer), {**YES, "email_opt_in": True})
    assert profile["email_opt_in"] is True, "the latest counts, not the first"
    call(api, bearer(newcomer))
    assert len(consents(newcomer)) == 4


def test_who_agreed_to_an_earlier_text_agrees_anew(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    since = Profile.objects.get(pk=member.user_id).pdpa_consent_at
    status, profile = call(api, bearer(member))
    assert status == 200
    assert datetime.fromisoformat(profile["pdpa_consent_at"]) == since, "a member since then"
    assert consents(member) == [
        ("service", True, "test", "zh-TW", "sign_up"),
        ("service", True, consent.VERSION, "en", "sign_up"),
        ("weekly_email", False, consent.VERSION, "en", "sign_up"),
    ]


def test_a_consent_that_was_taken_back_is_given_again(
    api: ApiClient, bearer: Bearer, member: Principal, owner: psycopg.Connection
) -> None:
    call(api, bearer(member))
    owner.execute(
        "INSERT INTO consents (user_id, kind, granted, version, locale, source)"
        " VALUES (%s, 'service', false, %s, 'en', 'profile')",
        [member.user_id, consent.VERSION],
    )
    assert api.get("/profile", headers=bearer(member)).json()["code"] == "consent_required"
    status, profile = call(api, bearer(member))
    assert (status, profile["pdpa_consent_at"] is None) == (200, False)
    assert api.get("/profile", headers=bearer(member)).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, ["consent_version", "locale"]),
        ({"locale": "en"}, ["consent_version"]),
        ({**YES, "consent_version": ""}, ["consent_version"]),
        ({**YES, "consent_version": None}, ["consent_version"]),
        ({**YES, "consent_version": True}, ["consent_version"]),
        ({**YES, "consent_version": "2025-01-01"}, ["consent_version"]),
        ({**YES, "consent_version": consent.VERSION + "\x00"}, ["consent_version"]),
        ({"consent_version": consent.VERSION}, ["locale"]),
        ({**YES, "locale": "fr"}, ["locale"]),
        ({**YES, "locale": "zh-tw"}, ["locale"]),
        ({**YES, "locale": None}, ["locale"]),
        ({**YES, "email_opt_in": "yes"}, ["email_opt_in"]),
        ({**YES, "email_opt_in": None}, ["email_opt_in"]),
        ({**YES, "id": "0b0e8a3c-6c1e-4f0a-9d55-0b2f6e1c7a10"}, ["id"]),
        ({**YES, "user_id": "0b0e8a3c-6c1e-4f0a-9d55-0b2f6e1c7a10"}, ["user_id"]),
        ({**YES, "roles": ["admin"]}, ["roles"]),
        ({**YES, "pdpa_consent_at": "2020-01-01T00:00:00Z"}, ["pdpa_consent_at"]),
        ([YES], ["non_field_errors"]),
    ],
)
def test_nobody_joins_by_a_body_that_does_not_fit(
    api: ApiClient, bearer: Bearer, newcomer: Principal, body: Any, named: list[str]
) -> None:
    status, answer = call(api, bearer(newcomer), body)
    assert (status, sorted(answer["errors"])) == (400, named)
    assert not Profile.objects.exists()


def test_who_is_not_signed_in_cannot_join(api: ApiClient) -> None:
    assert api.post("/auth/callback", YES, format="json").status_code == 401


def test_a_guest_cannot_join(api: ApiClient, sign_token: SignToken, newcomer: Principal) -> None:
    status, answer = call(api, {"Authorization": f"Bearer {sign_token(newcomer, is_anonymous=True)}"})
    assert (status, answer["code"]) == (403, "anonymous_not_allowed")


def test_whose_user_is_gone_must_sign_in_again(api: ApiClient, bearer: Bearer) -> None:
    response = api.post("/auth/callback", YES, format="json", headers=bearer(new_member()))
    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_who_is_shut_out_or_leaving_cannot_join_again(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE profiles SET deactivated_at = now() WHERE id = %s", [member.user_id])
    owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [other_member.user_id])
    for principal, code in ((member, "deactivated"), (other_member, "deletion_pending")):
        before = consents(principal)
        status, answer = call(api, bearer(principal))
        assert (status, answer["code"]) == (403, code)
        assert consents(principal) == before


def test_what_a_token_s_metadata_say_gives_nothing(api: ApiClient, sign_token: SignToken, newcomer: Principal) -> None:
    token = sign_token(
        newcomer,
        user_metadata={"role": "admin", "roles": ["admin"]},
        app_metadata={"roles": ["admin"], "role": "admin"},
    )
    _, profile = call(api, {"Authorization": f"Bearer {token}"})
    assert profile["roles"] == []


def test_joining_costs_a_fixed_number_of_statements(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    call(api, bearer(newcomer))
    assert api.queries == 9  # BEGIN, bind, profile, lock, consents, two answers, the profile to show, COMMIT
    call(api, bearer(newcomer))
    assert api.queries == 7


@pytest.mark.slow
def test_of_several_first_sign_ins_at_once_one_makes_the_profile(
    api_login: None, bearer: Bearer, newcomer: Principal, owner: psycopg.Connection, second_owner: psycopg.Connection
) -> None:
    headers = bearer(newcomer)
    with second_owner.transaction(force_rollback=True):
        # Not committed: whoever inserts this profile waits until it is, or is not.
        second_owner.execute("INSERT INTO profiles (id) VALUES (%s)", [newcomer.user_id])
        calls = at_once(4, lambda: APIClient().post("/auth/callback", YES, format="json", headers=headers))
        wait_for_waiting(owner, 4)
    answers = [made.result() for made in calls]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.content for answer in answers}) == 1
    given = owner.execute("SELECT kind, granted FROM consents WHERE user_id = %s ORDER BY kind", [newcomer.user_id])
    assert given.fetchall() == [("service", True), ("weekly_email", False)]


@pytest.mark.slow
def test_of_several_that_say_the_same_otherwise_at_once_one_is_noted(
    api_login: None, bearer: Bearer, member: Principal, owner: psycopg.Connection, second_owner: psycopg.Connection
) -> None:
    headers, body = bearer(member), {**YES, "email_opt_in": True}
    with second_owner.transaction():
        second_owner.execute("SELECT FROM profiles WHERE id = %s FOR UPDATE", [member.user_id])
        calls = at_once(3, lambda: APIClient().post("/auth/callback", body, format="json", headers=headers))
        wait_for_waiting(owner, 3)
    assert [made.result().status_code for made in calls] == [200, 200, 200]
    given = owner.execute("SELECT kind, granted FROM consents WHERE version = %s ORDER BY kind", [consent.VERSION])
    assert given.fetchall() == [("service", True), ("weekly_email", True)]
