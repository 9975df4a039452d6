"""What HTTP sees of a token: one answer for every fault, on public routes too."""

import base64
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from caferoam.api.authentication import prepare, token_keys, token_rules
from caferoam.api.principal import Principal
from caferoam.api.tokens import CLI_DEFAULT_SECRET
from caferoam.testing.tokens import Issuer, JwksServer, SignToken, new_member, usual_claims

pytestmark = pytest.mark.urls("caferoam.api.tests.urls")

PUBLIC, MEMBERS = "/echo?text=x", "/forgetful"


@pytest.fixture
def silent_server(settings: Settings) -> Iterator[JwksServer]:
    """A key server of its own, so that a test may break it."""
    with JwksServer(Issuer()) as server:
        settings.SUPABASE_JWKS_URL = server.url
        yield server


def unauthorized(client: Client, path: str, challenge: str, code: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 401, response.content
    assert response["WWW-Authenticate"] == challenge
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code
    return str(response.json()["detail"])


def refused(client: Client, path: str, authorization: str) -> str:
    return unauthorized(
        client, path, 'Bearer realm="caferoam", error="invalid_token"', "invalid_token", Authorization=authorization
    )


def test_without_a_token_public_routes_answer_and_members_routes_ask_for_one(
    client: Client, sign_token: SignToken
) -> None:
    assert client.get(PUBLIC).status_code == 200
    unauthorized(client, MEMBERS, 'Bearer realm="caferoam"', "not_authenticated")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_good_token_is_accepted_on_public_routes(
    client: Client, sign_token: SignToken, member: Principal, scheme: str
) -> None:
    response = client.get(PUBLIC, headers={"Authorization": f"{scheme} {sign_token(member)}"})
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", [PUBLIC, MEMBERS])
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic eDp5", "Bearer x", "Bearer a.b.c", "Bearer a.b.c, Bearer a.b.c"]
)
def test_bad_credentials_are_refused_on_every_route(
    client: Client, sign_token: SignToken, path: str, header: str
) -> None:
    refused(client, path, header)


def test_one_answer_for_every_cause_which_only_the_log_knows(
    client: Client, sign_token: SignToken, token_issuer: Issuer, member: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    good = sign_token(member)
    bad = {
        "expired": sign_token(member, exp=1_000_000_000, iat=1_000_000_000),
        "iss": sign_token(member, iss="https://evil.test"),
        "aud": sign_token(member, aud="anon"),
        "role": sign_token(member, role="service_role"),
        "sub": sign_token(member, sub="' OR 1=1 --"),
        "signature": good[:-4] + "AAAA",
        "unknown_kid": Issuer("another").sign(usual_claims(member)),
    }
    assert len({refused(client, PUBLIC, f"Bearer {token}") for token in bad.values()}) == 1
    for cause, token in bad.items():
        assert f"refused: {cause}" in caplog.text
        assert token not in caplog.text


def test_a_token_anywhere_but_in_the_header_counts_for_nothing(
    client: Client, sign_token: SignToken, member: Principal
) -> None:
    token = sign_token(member)
    client.cookies["sb-access-token"] = client.cookies["access_token"] = token
    for headers in (
        {"X-Authorization": f"Bearer {token}"},
        {"X-User-Id": str(member.user_id)},
        {"Remote-User": "admin"},
    ):
        assert client.get(f"{MEMBERS}?access_token={token}", headers=headers).status_code == 401


def test_a_guest_may_browse_but_is_no_member(client: Client, sign_token: SignToken, member: Principal) -> None:
    headers = {"Authorization": f"Bearer {sign_token(member, is_anonymous=True)}"}
    assert client.get(PUBLIC, headers=headers).status_code == 200
    response = client.get(MEMBERS, headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "anonymous_not_allowed")


def test_a_token_issued_to_another_application_is_forbidden(
    client: Client, sign_token: SignToken, member: Principal
) -> None:
    headers = {"Authorization": f"Bearer {sign_token(member, client_id='another')}"}
    for path in (PUBLIC, MEMBERS):
        response = client.get(path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "client_not_allowed")


def test_when_no_key_could_ever_be_loaded_tokens_are_503_and_browsing_goes_on(
    client: Client, silent_server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    silent_server.status = 500
    response = client.get(PUBLIC, headers={"Authorization": f"Bearer {Issuer().sign(usual_claims(new_member()))}"})
    assert (response.status_code, response.json()["code"]) == (503, "tokens_not_verifiable")
    assert int(response["Retry-After"]) > 0
    assert client.get(PUBLIC).status_code == 200


def test_a_malformed_token_is_401_even_when_no_key_could_be_loaded(client: Client, silent_server: JwksServer) -> None:
    silent_server.status = 500
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    refused(client, PUBLIC, f"Bearer {header}.e30.AA")
    assert silent_server.requests == []


def test_weak_secrets_are_refused_at_once(settings: Settings) -> None:
    settings.SUPABASE_JWT_SECRET = "short"
    with pytest.raises(ImproperlyConfigured, match="shorter than 32"):
        token_rules()
    settings.SUPABASE_JWT_SECRET = CLI_DEFAULT_SECRET
    assert token_rules().secret == CLI_DEFAULT_SECRET.encode()
    settings.CAFEROAM_ENV = "production"
    with pytest.raises(ImproperlyConfigured, match="published"):
        token_rules()


def test_a_starting_process_loads_the_keys_and_refuses_a_weak_secret(
    settings: Settings, silent_server: JwksServer
) -> None:
    prepare()
    assert token_keys().ready()
    assert len(silent_server.requests) == 1
    settings.SUPABASE_JWT_SECRET = "short"
    with pytest.raises(ImproperlyConfigured, match="SUPABASE_JWT_SECRET"):
        prepare()


def test_in_production_keys_come_over_https_alone(settings: Settings) -> None:
    settings.CAFEROAM_ENV = "production"
    settings.SUPABASE_JWKS_URL = "http://keys.test/"
    with pytest.raises(ImproperlyConfigured, match="SUPABASE_JWKS_URL"):
        prepare()


def test_the_bearer_fixture_makes_headers_the_api_accepts(
    client: Client, bearer: Callable[[Principal], dict[str, str]], member: Principal
) -> None:
    assert client.get(PUBLIC, headers=bearer(member)).status_code == 200
