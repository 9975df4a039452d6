import stat
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import jwt

from caferoam.local.supabase.standin import JWKS_PATH, SupabaseStandIn
from caferoam.local.tokens import SigningKey, load_or_make_key, sign_token

ISSUER = "http://127.0.0.1:9/auth/v1"
MEMBER = UUID("7a1e2b6c-0d3f-4c58-9b1a-5e6f7a8b9c0d")


def test_a_token_has_every_claim_of_supabase() -> None:
    key = SigningKey.generate()
    token = sign_token(key, issuer=ISSUER, user_id=MEMBER, email="guest@example.com", now=1_700_000_000)
    claims = jwt.decode(token, options={"verify_signature": False})
    session_id = claims.pop("session_id")
    assert str(UUID(session_id)) == session_id
    assert claims == {
        "iss": ISSUER,
        "sub": str(MEMBER),
        "aud": "authenticated",
        "exp": 1_700_003_600,
        "iat": 1_700_000_000,
        "email": "guest@example.com",
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {
            "email": "guest@example.com",
            "email_verified": True,
            "phone_verified": False,
            "sub": str(MEMBER),
        },
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": 1_700_000_000}],
        "is_anonymous": False,
    }
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": key.kid, "typ": "JWT"}


def test_overrides_replace_claims_for_tests_of_what_must_be_refused() -> None:
    token = sign_token(
        SigningKey.generate(), issuer=ISSUER, user_id=MEMBER, email="x@example.com", overrides={"role": "anon", "n": 1}
    )
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["role"], claims["n"]) == ("anon", 1)


def test_the_published_key_set_verifies_a_token(standin: SupabaseStandIn, standin_key: SigningKey) -> None:
    key, answer = standin_key, httpx.get(standin.url + JWKS_PATH)
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    [public] = answer.json()["keys"]
    assert set(public) == {"kty", "crv", "x", "y", "kid", "alg", "use", "key_ops", "ext"}  # no private part
    assert (public["alg"], public["use"], public["key_ops"]) == ("ES256", "sig", ["verify"])
    token = sign_token(key, issuer=ISSUER, user_id=MEMBER, email="guest@example.com", ttl=timedelta(minutes=5))
    verifier = jwt.PyJWKSet.from_dict(answer.json())[key.kid]
    claims = jwt.decode(token, verifier, algorithms=["ES256"], audience="authenticated", issuer=ISSUER)
    assert claims["exp"] - claims["iat"] == 300


def test_the_stand_in_knows_no_other_page(standin: SupabaseStandIn) -> None:
    assert httpx.get(standin.url + "/auth/v1/keys").status_code == 404


def test_the_key_is_made_once_keeps_its_name_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "es256.pem"
    made = load_or_make_key(path)
    assert load_or_make_key(path).kid == made.kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.generate().kid != made.kid
