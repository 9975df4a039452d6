"""Attacks on a token's form, key and signature: refused, without believing or fetching anything."""

import base64
import json
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from caferoam.api.tests.forging import (
    HEADER,
    Keys,
    b64,
    check,
    claims,
    issuer,
    mac,
    refusal,
    rsa_key,
    rules,
    rules_with_secret,
    sign_raw,
    someone,
)
from caferoam.api.tokens import TokenRefused, TokenRules, bearer_token
from caferoam.testing.tokens import ISSUER, Issuer


def test_a_genuine_token_names_its_member() -> None:
    assert check(issuer.sign(claims())) == someone


def test_an_rsa_key_verifies_its_own_tokens() -> None:
    token = jwt.encode(claims(), rsa_key, algorithm="RS256", headers={"kid": "rsa"})
    assert check(token) == someone


@pytest.mark.parametrize("header", ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"])
def test_the_scheme_is_read_in_any_case(header: str) -> None:
    assert bearer_token(header) == "a.b.c"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  a.b.c",
        "Bearer\ta.b.c",
        "Bearer a.b.c ",
        " Bearer a.b.c",
        "a.b.c",
        "Basic a.b.c",
        "Bearer a.b.c d.e.f",
        "Bearer a.b.c,Bearer d.e.f",
        "Bearer a.b.c, d.e.f",
        "Bearer a.b.ç",
    ],
)
def test_any_other_authorization_header_is_refused(header: str) -> None:
    with pytest.raises(TokenRefused, match="authorization_header"):
        bearer_token(header)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "a.b.c=", "a.b.c\n", "a.b c.d", "ä.b.c", '{"payload":"a"}', "a..c"],
)
def test_what_is_not_three_base64url_parts_is_malformed(token: str) -> None:
    assert refusal(token) == "malformed"


def test_a_token_over_8000_characters_is_refused_unread() -> None:
    keys = Keys()
    assert refusal(issuer.sign(claims(user_metadata={"text": "x" * 64_000})), keys=keys) == "malformed"
    assert keys.searched == []


def test_junk_in_base64_is_refused() -> None:
    header, payload, signature = issuer.sign(claims()).split(".")
    assert refusal(f"{header[:-1]}.{payload}.{signature}") in {"malformed", "header"}
    # An ES256 signature leaves no spare bits, but one character more decodes to the same bytes in a lax decoder.
    assert refusal(f"{header}.{payload}.{signature}A") == "signature"
    assert refusal(f"{b64('{}')[:-1]}x.{payload}.{signature}") in {"malformed", "header"}
    assert refusal(f"A.{payload}.{signature}") == "malformed"


@pytest.mark.parametrize(
    "header",
    [
        "[]",
        "null",
        '"x"',
        "1",
        "",
        "{",
        '{"alg":NaN}',
        b'{"alg":"ES256","kid":"\xff"}',
        "[" * 5000,
        "{}{}",
        '{"alg":"ES256","alg":"none","kid":"test-key"}',
        '{"alg":"none","alg":"ES256","kid":"test-key"}',
        '{"alg":"ES256","kid":"test-key"}'.encode("utf-16"),
        b"\xef\xbb\xbf" + b'{"alg":"ES256","kid":"test-key"}',
    ],
)
def test_a_header_that_is_no_plain_object_is_refused(header: str | bytes) -> None:
    assert refusal(sign_raw(header, claims())) in {"header", "malformed"}


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", None, "", [], ["ES256"], {}, 1, True])
def test_alg_none_in_any_form_is_refused(algorithm: object) -> None:
    header = {**HEADER, "alg": algorithm}
    assert refusal(f"{b64(header)}.{b64(claims())}.AA") == "alg"
    assert refusal(f"{b64(header)}.{b64(claims())}.") == "malformed"
    assert refusal(sign_raw(header, claims())) == "alg"


def test_a_missing_alg_is_refused() -> None:
    assert refusal(sign_raw({"kid": issuer.kid}, claims())) == "alg"


@pytest.mark.parametrize(
    "algorithm", ["ES384", "ES512", "ES256K", "RS384", "PS256", "EdDSA", "HS384", "HS512", "es256"]
)
def test_algorithms_off_the_list_are_refused(algorithm: str) -> None:
    assert refusal(sign_raw({**HEADER, "alg": algorithm}, claims()), rules_with_secret) == "alg"


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("rules", [rules, rules_with_secret])
def test_a_mac_keyed_with_what_everybody_knows_is_refused(digest: str, rules: TokenRules) -> None:
    public = issuer.private_key.public_key()
    coordinates = public.public_numbers()
    header: dict[str, object] = {"alg": f"HS{digest[3:]}", "kid": issuer.kid}
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.jwk).encode(),
        coordinates.x.to_bytes(32) + coordinates.y.to_bytes(32),
        b"",
        issuer.kid.encode(),
        ISSUER.encode(),
    ):
        assert refusal(mac(header, claims(), secret, digest), rules) in {"alg", "kid"}
        assert refusal(mac({"alg": header["alg"]}, claims(), secret, digest), rules) in {"alg", "signature"}


@pytest.mark.parametrize(
    "parameter", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}, {"b64": True}, {"zip": "DEF"}]
)
def test_headers_that_change_the_meaning_are_refused(parameter: dict[str, object]) -> None:
    keys = Keys()
    assert refusal(sign_raw({**HEADER, **parameter}, claims()), keys=keys) == "header_parameter"
    assert keys.searched == []


@pytest.mark.parametrize("parameter", ["jku", "x5u", "jwk", "x5c"])
def test_a_key_named_by_the_token_itself_is_ignored(parameter: str) -> None:
    foreign = Issuer(kid=issuer.kid)
    value: object = {"jwk": foreign.jwk, "x5c": ["AAAA"]}.get(parameter, "https://evil.test/keys.json")
    assert refusal(foreign.sign(claims(), {parameter: value})) == "signature"
    assert check(issuer.sign(claims(), {parameter: value})) == someone


@pytest.mark.parametrize("kid", [None, "", 1, [], {}, True, "x" * 129, "x" * 5000])
def test_a_key_id_that_is_none_is_refused_without_a_search(kid: object) -> None:
    keys = Keys()
    assert refusal(sign_raw({**HEADER, "kid": kid}, claims()), keys=keys) == "kid"
    assert refusal(sign_raw({"alg": "ES256"}, claims()), keys=keys) == "kid"
    assert keys.searched == []


@pytest.mark.parametrize(
    "kid", ["other", "../../etc/passwd", "' OR 1=1 --", "a\r\nX-Evil: 1", "TEST-KEY", "https://x.test"]
)
def test_an_unknown_key_id_is_refused(kid: str) -> None:
    keys = Keys()
    assert refusal(sign_raw({**HEADER, "kid": kid}, claims()), keys=keys) == "unknown_kid"
    assert keys.searched == [kid]


def test_a_key_verifies_only_its_own_algorithm() -> None:
    assert refusal(sign_raw({**HEADER, "alg": "RS256"}, claims())) == "alg_of_key"
    assert refusal(sign_raw({**HEADER, "kid": "rsa"}, claims())) == "alg_of_key"


def test_a_foreign_key_under_our_id_is_refused() -> None:
    assert refusal(Issuer(kid=issuer.kid).sign(claims())) == "signature"


def test_signatures_that_are_none_are_refused() -> None:
    token = issuer.sign(claims())
    signing_input, _, signature = token.rpartition(".")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    der = issuer.private_key.sign(signing_input.encode(), ec.ECDSA(jwt.algorithms.ECAlgorithm.SHA256()))
    raw = base64.urlsafe_b64decode(signature + "==")
    forged = [
        bytes(64),
        order.to_bytes(32) + raw[32:],
        raw[:32] + order.to_bytes(32),
        bytes(32) + raw[32:],
        der,
        raw[:-1],
        raw + b"\0",
        bytes(96),
        bytes(132),
        bytes([raw[0] ^ 1]) + raw[1:],
    ]
    for attempt in forged:
        assert refusal(f"{signing_input}.{b64(attempt)}") == "signature"


def test_changing_one_claim_breaks_the_signature() -> None:
    header, _, signature = issuer.sign(claims()).split(".")
    assert refusal(f"{header}.{b64(claims(sub=str(uuid.uuid4())))}.{signature}") == "signature"


@given(st.text(alphabet="abcXYZ019-_.={}", max_size=80))
def test_no_text_whatever_breaks_the_verifier(token: str) -> None:
    with pytest.raises(TokenRefused):
        check(token)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_no_header_or_payload_whatever_breaks_the_verifier(value: object) -> None:
    for token in (sign_raw(json.dumps(value), claims()), sign_raw(HEADER, json.dumps(value))):
        with pytest.raises(TokenRefused):
            check(token)
