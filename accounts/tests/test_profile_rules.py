"""What the database lets a member do to profiles and consents, whatever statement the API might send."""

import json
import uuid

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from accounts.models import Consent, Profile
from caferoam.api.principal import Principal

pytestmark = pytest.mark.django_db(transaction=True)

_CONSENT = "INSERT INTO consents (user_id, kind, granted, version, locale, source) VALUES "


def run_as(connection: psycopg.Connection, member: Principal, statement: str, **values: uuid.UUID) -> int:
    """Rows changed."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
            [json.dumps({"sub": str(member.user_id), "role": "authenticated"})],
        )
        return connection.execute(statement, values).rowcount


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE profiles SET email_opt_in = true", InsufficientPrivilege),
        ("UPDATE profiles SET pdpa_consent_at = now()", InsufficientPrivilege),
        ("UPDATE profiles SET deactivated_at = NULL", InsufficientPrivilege),
        ("UPDATE profiles SET created_at = now()", InsufficientPrivilege),
        ("UPDATE profiles SET id = %(theirs)s WHERE id = %(mine)s", InsufficientPrivilege),
        ("DELETE FROM profiles", InsufficientPrivilege),
        ("INSERT INTO profiles (id) VALUES (%(nobodys)s)", InsufficientPrivilege),
        ("UPDATE profiles SET display_name = ''", CheckViolation),
        ("UPDATE profiles SET display_name = repeat('x', 31)", psycopg.errors.StringDataRightTruncation),
        (r"UPDATE profiles SET display_name = E'a\u202eb'", CheckViolation),
        (r"UPDATE profiles SET display_name = E'a\nb'", CheckViolation),
        ("UPDATE profiles SET locale = 'fr'", CheckViolation),
        ("DELETE FROM consents", InsufficientPrivilege),
        ("UPDATE consents SET granted = true", InsufficientPrivilege),
        (_CONSENT + "(%(theirs)s, 'weekly_email', true, '1', 'en', 'profile')", InsufficientPrivilege),
        (_CONSENT + "(%(mine)s, 'weekly_email', true, '1', 'en', 'unsubscribe')", InsufficientPrivilege),
        (_CONSENT + "(%(mine)s, 'weekly_email', true, '1', 'en', 'deletion')", InsufficientPrivilege),
        (_CONSENT + "(%(mine)s, 'everything', true, '1', 'en', 'profile')", CheckViolation),
        (_CONSENT + "(%(mine)s, 'weekly_email', true, '1', 'fr', 'profile')", CheckViolation),
        (_CONSENT + "(%(mine)s, 'weekly_email', true, '', 'en', 'profile')", CheckViolation),
        ("INSERT INTO user_roles (user_id, role) VALUES (%(mine)s, 'admin')", InsufficientPrivilege),
        ("UPDATE user_roles SET role = 'admin'", InsufficientPrivilege),
        ("DELETE FROM user_roles", InsufficientPrivilege),
    ],
)
def test_what_is_not_a_member_s_to_say_is_refused(
    api_connection: psycopg.Connection,
    member: Principal,
    other_member: Principal,
    statement: str,
    refusal: type[psycopg.Error],
) -> None:
    ids = {"mine": member.user_id, "theirs": other_member.user_id, "nobodys": uuid.uuid4()}
    with pytest.raises(refusal):
        run_as(api_connection, member, statement, **ids)


def test_a_member_reaches_their_own_rows_alone(
    api_connection: psycopg.Connection, owner: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    for principal in (member, other_member):
        owner.execute("INSERT INTO user_roles (user_id, role) VALUES (%s, 'curator')", [principal.user_id])
    assert run_as(api_connection, member, "UPDATE profiles SET display_name = 'x'") == 1
    assert Profile.objects.get(display_name="x").pk == member.user_id
    for table in ("profiles", "consents", "user_roles"):
        assert run_as(api_connection, member, f"SELECT FROM {table}") == 1


def test_only_a_consent_opts_in_and_out(api_connection: psycopg.Connection, member: Principal) -> None:
    for granted in (True, False):
        given = f"{_CONSENT}(%(mine)s, 'weekly_email', {granted}, '1', 'en', 'profile')"
        assert run_as(api_connection, member, given, mine=member.user_id) == 1
        assert Profile.objects.get(pk=member.user_id).email_opt_in is granted
    agreed_at = Profile.objects.get(pk=member.user_id).pdpa_consent_at
    run_as(api_connection, member, f"{_CONSENT}(%(mine)s, 'service', true, '2', 'en', 'profile')", mine=member.user_id)
    assert Profile.objects.get(pk=member.user_id).pdpa_consent_at == agreed_at, "a member since the first"


def test_not_even_the_owner_rewrites_a_consent(owner: psycopg.Connection, member: Principal) -> None:
    with pytest.raises(CheckViolation) as caught:
        owner.execute("UPDATE consents SET granted = false")
    assert caught.value.diag.constraint_name == "consents_append_only"
    assert Consent.objects.get(user_id=member.user_id).granted


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("", "profiles_display_name_length"),
        ("a\u202eb", "profiles_display_name_seen"),
        (" ", "profiles_display_name_visible"),
        ("\u3164", "profiles_display_name_visible"),
        ("\u2800\u115f\U000e0100", "profiles_display_name_visible"),
    ],
)
def test_the_database_knows_what_a_display_name_is(
    owner: psycopg.Connection, member: Principal, name: str, constraint: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        owner.execute("UPDATE profiles SET display_name = %s WHERE id = %s", [name, member.user_id])
    assert caught.value.diag.constraint_name == constraint
