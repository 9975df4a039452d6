"""Sign-up, sign-in and sessions of the stand-in, as supabase-js asks for them."""

import json
import stat
import time
from pathlib import Path
from uuid import UUID

import httpx
import jwt
import psycopg
import pytest
from pytest_django.fixtures import Settings

from caferoam.api.identity import MemberState
from caferoam.local.errors import LocalStackError
from caferoam.local.supabase.accounts import AccountBook, ReusedToken
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.local.tokens import SigningKey
from caferoam.testing.database import ApiClient
from caferoam.testing.storage import KEYS

PASSWORD = "correct horse"

pytestmark = pytest.mark.django_db(transaction=True)


class Browser:
    """Asks as supabase-js does."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/auth/v1"

    def ask(
        self, method: str, path: str, body: object = None, *, token: str = "", key: str = KEYS.publishable
    ) -> httpx.Response:
        headers = {"apikey": key, "Authorization": f"Bearer {token or key}"}
        return httpx.request(method, f"{self._url}{path}", headers=headers, json=body)

    def manage(self, method: str, user_id: str, body: object = None) -> httpx.Response:
        """With the secret key, as a server does."""
        return self.ask(method, f"/admin/users/{user_id}", body, token=KEYS.secret, key=KEYS.secret)

    def sign_up(self, email: str, password: str = PASSWORD, **more: object) -> httpx.Response:
        return self.ask("POST", "/signup", {"email": email, "password": password, **more})

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.ask("POST", "/token?grant_type=password", {"email": email, "password": password})

    def renew(self, refresh_token: str) -> httpx.Response:
        return self.ask("POST", "/token?grant_type=refresh_token", {"refresh_token": refresh_token})


@pytest.fixture
def browser(standin: SupabaseStandIn) -> Browser:
    return Browser(standin.url)


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    """Nobody else's: users outlive a test."""
    return f"{time.time_ns()}@caferoam.test"


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


def test_who_signs_up_is_signed_in_and_known_to_the_api(
    browser: Browser, email: str, standin: SupabaseStandIn, api: ApiClient, settings: Settings
) -> None:
    session = browser.sign_up(email.upper(), data={"name": "小安"}).json()
    assert session["token_type"] == "bearer"
    assert session["expires_in"] == 3600
    assert abs(session["expires_at"] - time.time() - 3600) < 60
    assert (session["user"]["email"], session["user"]["user_metadata"]) == (email, {"name": "小安"})
    settings.SUPABASE_JWKS_URL = f"{standin.url}/auth/v1/.well-known/jwks.json"
    settings.SUPABASE_JWT_ISSUER = f"{standin.url}/auth/v1"
    profile = api.get("/profile", headers={"Authorization": f"Bearer {session['access_token']}"})
    assert (profile.status_code, profile.json()["code"]) == (403, MemberState.CONSENT_REQUIRED)


def test_a_second_sign_up_with_the_same_address_is_refused(browser: Browser, email: str) -> None:
    assert browser.sign_up(email).status_code == 200
    assert error(browser.sign_up(email.upper())) == (422, "user_already_exists")


@pytest.mark.parametrize(
    ("address", "password", "refusal"),
    [
        ("no-address", PASSWORD, (400, "validation_failed")),
        ("", PASSWORD, (400, "validation_failed")),
        ("a b@caferoam.test", PASSWORD, (400, "validation_failed")),
        ("ann@caferoam.test", "12345", (422, "weak_password")),
        ("ann@caferoam.test", "x" * 73, (422, "validation_failed")),
    ],
)
def test_a_bad_sign_up_is_refused(browser: Browser, address: str, password: str, refusal: tuple[int, str]) -> None:
    assert error(browser.sign_up(address, password)) == refusal


def test_only_the_password_opens_and_nobody_can_tell_who_has_an_account(browser: Browser, email: str) -> None:
    browser.sign_up(email)
    assert browser.sign_in(email.upper()).status_code == 200
    wrong = [
        browser.sign_in(email, "wrong"),
        browser.sign_in(f"x{email}"),
        browser.sign_in(""),
        browser.sign_in(email, ""),
    ]
    assert {(answer.status_code, answer.text) for answer in wrong} == {(400, wrong[0].text)}
    assert error(wrong[0]) == (400, "invalid_credentials")


def test_a_user_without_a_password_cannot_sign_in(browser: Browser, email: str, owner: psycopg.Connection) -> None:
    owner.execute("INSERT INTO auth.users (email) VALUES (%s)", [email])
    assert error(browser.sign_in(email, "")) == (400, "invalid_credentials")


def test_a_refresh_token_is_good_for_one_time_in_the_same_session(browser: Browser, email: str) -> None:
    first = browser.sign_up(email).json()
    second = browser.renew(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    sessions = [
        jwt.decode(answer["access_token"], options={"verify_signature": False})["session_id"]
        for answer in (first, second)
    ]
    assert sessions[0] == sessions[1]
    assert error(browser.renew("unknown")) == (400, "refresh_token_not_found")


def test_a_refresh_token_that_comes_again_late_ends_its_session(
    tmp_path: Path, standin: SupabaseStandIn, browser: Browser, email: str
) -> None:
    first = browser.sign_up(email).json()["refresh_token"]
    second = browser.renew(first).json()["refresh_token"]
    assert browser.renew(first).status_code == 200, "two tabs may use it at once"
    standin.stop()
    file = tmp_path / "standin" / "auth.json"
    kept = json.loads(file.read_text())
    for row in kept["refresh_tokens"].values():
        row["used_at"] = row["used_at"] and row["used_at"] - 11
    file.write_text(json.dumps(kept))
    book = AccountBook(file, lambda: pytest.fail("the database is not asked"))
    with pytest.raises(ReusedToken):
        book.use(first)
    assert book.use(second) is None


@pytest.mark.parametrize(
    ("scope", "left"), [("local", {"other"}), ("others", {"this"}), ("global", set()), ("", set())]
)
def test_signing_out_ends_the_sessions_that_are_meant(scope: str, left: set[str], browser: Browser, email: str) -> None:
    browser.sign_up(email)
    sessions = {"this": browser.sign_in(email).json(), "other": browser.sign_in(email).json()}
    query = f"?scope={scope}" if scope else ""
    assert browser.ask("POST", f"/logout{query}", token=sessions["this"]["access_token"]).status_code == 204
    shown = {name: browser.ask("GET", "/user", token=session["access_token"]) for name, session in sessions.items()}
    assert {name for name, answer in shown.items() if answer.status_code == 200} == left
    assert {error(answer) for name, answer in shown.items() if name not in left} == {(403, "session_not_found")}
    renewed = {name: browser.renew(session["refresh_token"]) for name, session in sessions.items()}
    assert {name for name, answer in renewed.items() if answer.status_code == 200} == left


def test_who_has_signed_out_changes_no_password(browser: Browser, email: str) -> None:
    token = browser.sign_up(email).json()["access_token"]
    assert browser.ask("POST", "/logout", token=token).status_code == 204
    changed = browser.ask("PUT", "/user", {"password": "another horse"}, token=token)
    assert error(changed) == (403, "session_not_found")
    assert browser.sign_in(email).status_code == 200


def test_a_user_is_shown_to_the_owner_of_a_token_alone(browser: Browser, email: str) -> None:
    session = browser.sign_up(email).json()
    shown = browser.ask("GET", "/user", token=session["access_token"]).json()
    assert (shown["id"], shown["email"], shown["role"]) == (session["user"]["id"], email, "authenticated")
    assert error(browser.ask("GET", "/user")) == (401, "no_authorization")
    assert error(browser.ask("GET", "/user", token=session["access_token"][:-4])) == (403, "bad_jwt")
    foreign = jwt.encode({"sub": session["user"]["id"], "exp": time.time() + 60}, "s" * 32, algorithm="HS256")
    assert error(browser.ask("GET", "/user", token=foreign)) == (403, "bad_jwt")


def test_a_user_who_is_gone_is_known_no_more(browser: Browser, email: str) -> None:
    session = browser.sign_up(email).json()
    assert browser.manage("DELETE", session["user"]["id"]).json() == {}
    assert error(browser.manage("DELETE", session["user"]["id"])) == (404, "user_not_found")
    assert error(browser.ask("GET", "/user", token=session["access_token"])) == (403, "user_not_found")
    assert error(browser.renew(session["refresh_token"])) == (400, "refresh_token_not_found")
    assert browser.sign_up(email).status_code == 200


def test_a_ban_lasts_as_long_as_it_says(browser: Browser, email: str) -> None:
    user = browser.sign_up(email).json()["user"]

    def ban(duration: str) -> httpx.Response:
        return browser.manage("PUT", user["id"], {"ban_duration": duration})

    assert "banned_until" in ban("1h30m").json()
    assert error(browser.sign_in(email)) == (400, "user_banned")
    assert "banned_until" not in ban("0s").json()
    assert browser.sign_in(email).status_code == 200
    for nonsense in ("soon", "-1h", "1", "1h soon"):
        assert error(ban(nonsense)) == (400, "validation_failed")


def test_members_and_nobody_have_no_rights_over_users(browser: Browser, email: str) -> None:
    session = browser.sign_up(email).json()
    path = f"/admin/users/{session['user']['id']}"
    for token in (session["access_token"], ""):
        assert error(browser.ask("DELETE", path, token=token)) == (403, "not_admin")
        assert error(browser.ask("PUT", path, {"ban_duration": "1h"}, token=token)) == (403, "not_admin")
    for unknown in ("not-a-uuid", str(UUID(int=0))):
        assert error(browser.manage("DELETE", unknown)) == (404, "user_not_found")


def test_without_the_project_s_key_nothing_is_answered(browser: Browser) -> None:
    assert browser.ask("GET", "/settings").json()["external"]["email"] is True
    assert browser.ask("GET", "/settings", key="sb_publishable_other").status_code == 401


def test_what_is_no_json_is_no_crash(standin: SupabaseStandIn) -> None:
    for body in (b"{", b"[]", b"\xff", b""):
        answer = httpx.post(f"{standin.url}/auth/v1/signup", content=body, headers={"apikey": KEYS.publishable})
        assert error(answer) == (400, "validation_failed")


def test_a_browser_of_another_origin_may_ask(standin: SupabaseStandIn) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Headers": "apikey,authorization,content-type"}
    allowed = httpx.options(f"{standin.url}/auth/v1/token", headers=asked)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"
    assert allowed.headers["Access-Control-Allow-Headers"] == "apikey,authorization,content-type"
    refused = httpx.get(f"{standin.url}/auth/v1/user")
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")


def test_passwords_and_tokens_are_kept_as_hashes_and_in_private(tmp_path: Path, browser: Browser, email: str) -> None:
    session = browser.sign_up(email).json()
    file = tmp_path / "standin" / "auth.json"
    assert PASSWORD not in file.read_text()
    assert session["refresh_token"] not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_outside_a_laptop_it_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAFEROAM_ENV", "production")
    with pytest.raises(LocalStackError, match="serves a laptop only"):
        SupabaseStandIn(SigningKey.generate(), KEYS, folder=tmp_path, api_dsn=str, worker_dsn=str)
