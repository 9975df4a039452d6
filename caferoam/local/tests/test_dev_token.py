from io import StringIO
from pathlib import Path

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from caferoam.local.tokens import SigningKey

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigningKey:
    """The signing key of a checkout whose ``.local`` is the test's own folder."""
    monkeypatch.setenv("CAFEROAM_LOCAL_DIR", str(tmp_path))
    (tmp_path / "keys").mkdir()
    key = SigningKey.generate()
    key.save(tmp_path / "keys" / "es256.pem")
    return key


def dev_token(email: str, *options: str) -> str:
    output = StringIO()
    call_command("dev_token", email, *options, stdout=output)
    return output.getvalue()


def test_it_prints_a_token_for_the_member_and_nothing_else(key: SigningKey, settings: Settings) -> None:
    [token] = dev_token("Guest@Example.com").splitlines()
    claims = jwt.decode(
        token,
        key.private_key.public_key(),
        algorithms=["ES256"],
        audience=settings.SUPABASE_JWT_AUDIENCE,
        issuer=settings.SUPABASE_JWT_ISSUER,
    )
    assert claims["exp"] - claims["iat"] == 3600
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text, email FROM auth.users WHERE lower(email) = 'guest@example.com'")
        assert cursor.fetchall() == [(claims["sub"], "guest@example.com")]


def test_the_same_e_mail_is_the_same_member_in_any_case(key: SigningKey) -> None:
    subjects = {
        jwt.decode(dev_token(email).strip(), options={"verify_signature": False})["sub"]
        for email in ("guest@example.com", "GUEST@example.com ", "guest@example.com")
    }
    assert len(subjects) == 1


def test_the_member_has_agreed_to_the_terms_unless_a_newcomer_is_wanted(key: SigningKey) -> None:
    def state(token: str) -> str:
        claims = jwt.decode(token.strip(), options={"verify_signature": False})
        with connection.cursor() as cursor:
            cursor.execute("SELECT private.member_state_v1(%s)", [claims["sub"]])
            return str(cursor.fetchone()[0])

    assert state(dev_token("new@example.com", "--newcomer")) == "consent_required"
    assert state(dev_token("new@example.com")) == "active"
    assert state(dev_token("new@example.com", "--newcomer")) == "active"


def test_it_refuses_in_production(key: SigningKey, settings: Settings) -> None:
    settings.CAFEROAM_ENV = "production"
    with pytest.raises(CommandError, match="for the local stack only, and CAFEROAM_ENV is production"):
        dev_token("guest@example.com")


def test_it_refuses_what_is_no_e_mail(key: SigningKey) -> None:
    with pytest.raises(CommandError, match="'guest' is no e-mail address"):
        dev_token("guest")


def test_without_a_key_it_says_what_makes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAFEROAM_LOCAL_DIR", str(tmp_path))
    with pytest.raises(CommandError, match="`make run` makes one"):
        dev_token("guest@example.com")
