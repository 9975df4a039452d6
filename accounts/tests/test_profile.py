"""A profile is its member's alone: to see, and to change what is theirs to say."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from rest_framework.test import APIClient

from accounts import consent
from accounts.models import Consent
from accounts.tests.racing import at_once, wait_for_waiting
from caferoam.api.principal import Principal
from caferoam.api.schema import document
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from caferoam.testing.tokens import SignToken

pytestmark = pytest.mark.django_db(transaction=True)

Bearer = Callable[[Principal], dict[str, str]]


def profile(api: ApiClient, headers: dict[str, str]) -> dict[str, Any]:
    response = api.get("/profile", headers=headers)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def change(api: ApiClient, headers: dict[str, str], body: Any) -> tuple[int, dict[str, Any]]:
    response = api.patch("/profile", json.dumps(body), content_type="application/json", headers=headers)
    answer: dict[str, Any] = response.json()
    return response.status_code, answer


def email_consents(member: Principal) -> list[tuple[Any, ...]]:
    rows = Consent.objects.filter(user_id=member.user_id, kind="weekly_email").order_by("at")
    return list(rows.values_list("granted", "version", "locale", "source"))


def test_a_member_sees_their_own_profile_with_what_they_have_done(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal, owner: psycopg.Connection
) -> None:
    shop = uuid.uuid4()
    owner.execute(
        "INSERT INTO shops (id, name, latitude, longitude, status) VALUES (%s, '青鳥', 25, 121.5, 'live')", [shop]
    )
    for principal, check_ins, lists in ((member, 2, 1), (other_member, 1, 3)):
        for number in range(check_ins):
            upload = owner.execute(
                "INSERT INTO uploads (user_id, purpose, content_type, bytes)"
                " VALUES (%s, 'checkin_photo', 'image/jpeg', 1) RETURNING id",
                [principal.user_id],
            ).fetchone()
            assert upload is not None
            owner.execute(
                "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, note) VALUES (%s, %s, %s, %s)",
                [principal.user_id, shop, [upload[0]], str(number)],
            )
        for number in range(lists):
            owner.execute("INSERT INTO lists (user_id, name) VALUES (%s, %s)", [principal.user_id, str(number)])
        owner.execute("UPDATE profiles SET display_name = '阿明' WHERE id = %s", [principal.user_id])
    owner.execute("INSERT INTO user_roles (user_id, role) VALUES (%s, 'curator')", [member.user_id])
    owner.execute("INSERT INTO user_roles (user_id, role) VALUES (%s, 'admin')", [member.user_id])
    mine, theirs = profile(api, bearer(member)), profile(api, bearer(other_member))
    assert api.queries == 4  # BEGIN, bind, the profile with all of it, COMMIT
    for shown in (mine, theirs):
        assert_as_described(shown, "Profile")
    assert (mine["id"], mine["email"], mine["display_name"]) == (str(member.user_id), member.email, "阿明")
    assert (mine["counts"], mine["roles"]) == ({"check_ins": 2, "stamps": 2, "lists": 1}, ["admin", "curator"])
    assert (theirs["counts"], theirs["roles"]) == ({"check_ins": 1, "stamps": 1, "lists": 3}, [])


def test_the_address_is_the_token_s(api: ApiClient, sign_token: SignToken, member: Principal) -> None:
    for email in ("new@caferoam.test", None):
        shown = profile(api, {"Authorization": f"Bearer {sign_token(member, email=email)}"})
        assert shown["email"] == email


def test_roles_are_those_of_the_table_alone(api: ApiClient, sign_token: SignToken, member: Principal) -> None:
    token = sign_token(member, user_metadata={"roles": ["admin"], "role": "admin"}, app_metadata={"roles": ["admin"]})
    assert profile(api, {"Authorization": f"Bearer {token}"})["roles"] == []


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_nobody_sees_or_changes_a_profile_without_a_token(api: ApiClient, method: str) -> None:
    response = getattr(api, method)("/profile")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_a_newcomer_has_none_yet(api: ApiClient, bearer: Bearer, newcomer: Principal) -> None:
    assert api.get("/profile", headers=bearer(newcomer)).json()["code"] == "consent_required"
    assert change(api, bearer(newcomer), {"locale": "en"})[1]["code"] == "consent_required"


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"display_name": "阿明"}, {"display_name": "阿明"}),
    ({"display_name": "  Zoë 😀  "}, {"display_name": "Zoë 😀"}),
    ({"display_name": "x" * 30}, {"display_name": "x" * 30}),
    ({"display_name": " " + "字" * 30 + " "}, {"display_name": "字" * 30}),
    ({"display_name": "👩‍👩‍👧"}, {"display_name": "👩‍👩‍👧"}),
    ({"display_name": None}, {"display_name": None}),
    ({"locale": "en"}, {"locale": "en"}),
    ({"email_opt_in": True}, {"email_opt_in": True}),
    ({"avatar_upload_id": None}, {"avatar": None}),
    (
        {"display_name": "a", "locale": "en", "email_opt_in": True, "avatar_upload_id": None},
        {"display_name": "a", "locale": "en", "email_opt_in": True, "avatar": None},
    ),
]


def test_a_change_changes_what_it_names_and_nothing_else(
    api: ApiClient, bearer: Bearer, member: Principal, other_member: Principal
) -> None:
    others = profile(api, bearer(other_member))
    expected = profile(api, bearer(member))
    for body, changed in CHANGES:
        status, answer = change(api, bearer(member), body)
        expected = {**expected, **changed}
        assert (status, answer) == (200, expected), body
        assert_as_described(answer, "Profile")
        assert profile(api, bearer(member)) == answer
    assert profile(api, bearer(other_member)) == others


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "non_field_errors"),
        ([], "non_field_errors"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "   "}, "display_name"),
        ({"display_name": "\u200b"}, "display_name"),
        ({"display_name": "\u3000"}, "display_name"),
        ({"display_name": "x" * 31}, "display_name"),
        ({"display_name": "a\nb"}, "display_name"),
        ({"display_name": "a\tb"}, "display_name"),
        ({"display_name": "a\x00b"}, "display_name"),
        ({"display_name": "a\x1bb"}, "display_name"),
        ({"display_name": "a\x85b"}, "display_name"),
        ({"display_name": "a\u202eb"}, "display_name"),
        ({"display_name": "a\u2066b"}, "display_name"),
        ({"display_name": "a\u200fb"}, "display_name"),
        ({"display_name": "a\ufeffb"}, "display_name"),
        ({"display_name": "\ud83d"}, "display_name"),
        ({"display_name": 5}, "display_name"),
        ({"display_name": ["x"]}, "display_name"),
        ({"locale": "fr"}, "locale"),
        ({"locale": "EN"}, "locale"),
        ({"locale": None}, "locale"),
        ({"email_opt_in": "true"}, "email_opt_in"),
        ({"email_opt_in": 1}, "email_opt_in"),
        ({"email_opt_in": None}, "email_opt_in"),
        ({"avatar_upload_id": ""}, "avatar_upload_id"),
        ({"avatar_upload_id": 1}, "avatar_upload_id"),
        ({"avatar_upload_id": "x"}, "avatar_upload_id"),
        ({"avatar_upload_id": str(uuid.uuid4())}, "avatar_upload_id"),
        ({"id": str(uuid.uuid4())}, "id"),
        ({"user_id": str(uuid.uuid4())}, "user_id"),
        ({"email": "x@example.test"}, "email"),
        ({"roles": ["admin"]}, "roles"),
        ({"avatar": None}, "avatar"),
        ({"counts": {}}, "counts"),
        ({"deactivated_at": None}, "deactivated_at"),
        ({"pdpa_consent_at": None}, "pdpa_consent_at"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_changed(
    api: ApiClient, bearer: Bearer, member: Principal, body: Any, named: str
) -> None:
    before = profile(api, bearer(member))
    status, answer = change(api, bearer(member), {"display_name": "changed", **body} if named in body else body)
    assert (status, list(answer["errors"])) == (400, [named])
    assert profile(api, bearer(member)) == before


def test_what_leaving_takes_is_described_too() -> None:
    leaving = document()["paths"]["/profile"]["delete"]
    shape = leaving["requestBody"]["content"]["application/json"]["schema"]
    assert shape == {"$ref": "#/components/schemas/DeletionRequest"}
    assert {"400", "413", "415"} <= set(leaving["responses"])


def test_a_profile_takes_no_parameters(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    for method in (api.get, api.patch):
        response = method(f"/profile?user_id={member.user_id}", headers=bearer(member))
        assert (response.status_code, list(response.json()["errors"])) == (400, ["user_id"])


def test_the_weekly_email_goes_by_consents(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    for said in (True, True, False, False, True):
        status, answer = change(api, bearer(member), {"email_opt_in": said, "locale": "en"})
        assert (status, answer["email_opt_in"]) == (200, said)
    version = consent.VERSION
    assert email_consents(member) == [
        (True, version, "en", "profile"),
        (False, version, "en", "profile"),
        (True, version, "en", "profile"),
    ]


def test_a_consent_is_in_the_language_that_the_profile_has(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    change(api, bearer(member), {"email_opt_in": True})
    assert email_consents(member) == [(True, consent.VERSION, "zh-TW", "profile")]


def test_a_change_of_something_else_is_no_consent(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    change(api, bearer(member), {"email_opt_in": False, "display_name": "x"})
    change(api, bearer(member), {"display_name": "y"})
    assert email_consents(member) == []


@pytest.mark.slow
def test_of_several_that_opt_in_at_once_one_is_noted(
    api_login: None, bearer: Bearer, member: Principal, owner: psycopg.Connection, second_owner: psycopg.Connection
) -> None:
    headers = bearer(member)
    with second_owner.transaction():
        second_owner.execute("SELECT FROM profiles WHERE id = %s FOR UPDATE", [member.user_id])
        calls = at_once(3, lambda: APIClient().patch("/profile", {"email_opt_in": True}, "json", headers=headers))
        wait_for_waiting(owner, 3)
    assert [made.result().status_code for made in calls] == [200, 200, 200]
    given = owner.execute("SELECT granted FROM consents WHERE kind = 'weekly_email'")
    assert given.fetchall() == [(True,)]


def test_a_change_costs_a_fixed_number_of_statements(api: ApiClient, bearer: Bearer, member: Principal) -> None:
    change(api, bearer(member), {"display_name": "x", "locale": "en"})
    assert api.queries == 6  # BEGIN, bind, lock, change, the profile to show, COMMIT
    change(api, bearer(member), {"email_opt_in": True})
    assert api.queries == 6
