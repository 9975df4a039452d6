"""Each attack on a token, and the one answer to it: refused, without believing or fetching anything."""

import base64
import dataclasses
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from caferoam.api.keys import VerificationKey, parse_key
from caferoam.api.principal import Principal
from caferoam.api.tokens import (
    CLI_DEFAULT_SECRET,
    ThirdPartyToken,
    TokenRefused,
    TokenRules,
    bearer_token,
    secret_weakness,
    verify,
)
from caferoam.testing.tokens import AUDIENCE, ISSUER, Issuer, new_member, usual_claims

NOW = 1_800_000_000.0
SECRET = b"a secret of this project that is long enough"
issuer = Issuer()
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
someone = new_member("someone@caferoam.test")
rules = TokenRules(issuer=ISSUER, audience=AUDIENCE)
rules_with_secret = dataclasses.replace(rules, secret=SECRET)


class Keys:
    """Knows the issuer's key and an RSA one, and remembers which ids it was asked to find."""

    def __init__(self) -> None:
        _, key = parse_key(issuer.jwk)
        self.known = {issuer.kid: key, "rsa": VerificationKey("RS256", rsa_key.public_key())}
        self.searched: list[str] = []

    def get(self, kid: str) -> VerificationKey | None:
        return self.known.get(kid)

    def find(self, kid: str) -> VerificationKey | None:
        self.searched.append(kid)
        return self.known.get(kid)


def check(token: str, rules: TokenRules = rules, keys: Keys | None = None, now: float = NOW) -> Principal:
    return verify(token, keys=keys or Keys(), rules=rules, now=now)


def refusal(token: str, rules: TokenRules = rules, keys: Keys | None = None) -> str:
    with pytest.raises(TokenRefused) as caught:
        check(token, rules, keys)
    assert len(str(caught.value)) < 20, "the cause is a word for the log, never a part of the token"
    return caught.value.cause


def claims(**changes: object) -> dict[str, object]:
    return {**usual_claims(someone, now=NOW), **changes}


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in claims().items() if name not in names}


def b64(data: bytes | str | Mapping[str, object]) -> str:
    if isinstance(data, Mapping):
        data = json.dumps(data)
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign_raw(header: bytes | str | Mapping[str, object], payload: bytes | str | Mapping[str, object]) -> str:
    """A token with a genuine signature of our issuer over any bytes."""
    signing_input = f"{b64(header)}.{b64(payload)}"
    signature = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(
        signing_input.encode(), issuer.private_key
    )
    return f"{signing_input}.{b64(signature)}"


def mac(header: Mapping[str, object], payload: Mapping[str, object], secret: bytes, digest: str = "sha256") -> str:
    signing_input = f"{b64(header)}.{b64(payload)}"
    return f"{signing_input}.{b64(hmac.new(secret, signing_input.encode(), digest).digest())}"


HEADER = {"alg": "ES256", "kid": issuer.kid, "typ": "JWT"}


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


@pytest.mark.parametrize(
    "payload",
    [
        "[]",
        "null",
        '"x"',
        "1",
        "{",
        b'{"iss":"\xff"}',
        "[" * 4000,
        "eyJhbGciOiJub25lIn0.e30.AA",
        '{"exp":1,"exp":2}',
        json.dumps(usual_claims(someone, now=NOW)).encode("utf-16"),
        '{"exp": Infinity}',
        '{"exp": ' + "9" * 5000 + "}",
    ],
)
def test_a_payload_that_is_no_plain_object_is_refused(payload: str | bytes) -> None:
    assert refusal(sign_raw(HEADER, payload)) == "payload"


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", [None, True, False, "1800000000", "", [1], {}, -1, 1e300, 10**400])
def test_times_that_are_no_numbers_are_refused(name: str, value: object) -> None:
    assert refusal(issuer.sign(without(name))) == name
    assert refusal(sign_raw(HEADER, claims(**{name: value}))) == name


def test_a_token_ends_ten_seconds_after_its_expiry_and_not_before() -> None:
    assert check(issuer.sign(claims(exp=NOW - 9.5))) == someone
    assert refusal(issuer.sign(claims(exp=NOW - 10))) == "expired"


def test_a_token_from_the_future_is_refused() -> None:
    assert check(issuer.sign(claims(iat=NOW + 9))) == someone
    assert refusal(sign_raw(HEADER, claims(iat=NOW + 11))) == "iat"
    assert check(issuer.sign(claims(nbf=NOW + 9))) == someone
    assert refusal(sign_raw(HEADER, claims(nbf=NOW + 11))) == "nbf"
    assert refusal(sign_raw(HEADER, claims(nbf=None))) == "nbf"


def test_a_token_that_lives_over_a_day_is_refused() -> None:
    day = timedelta(hours=24).total_seconds()
    assert check(issuer.sign(claims(exp=NOW + day))) == someone
    assert refusal(issuer.sign(claims(exp=NOW + day + 1))) == "life"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        ISSUER + "/",
        ISSUER[:-1],
        ISSUER + "x",
        ISSUER.upper(),
        " " + ISSUER,
        [ISSUER],
        {"0": ISSUER},
        1,
        "supabase",
    ],
)
def test_only_the_exact_issuer_is_accepted(value: object) -> None:
    assert refusal(sign_raw(HEADER, claims(iss=value))) == "iss"
    assert refusal(sign_raw(HEADER, without("iss"))) == "iss"


@pytest.mark.parametrize(
    "value", [None, "", "anon", "Authenticated", [], [AUDIENCE], [AUDIENCE, "x"], {"0": AUDIENCE}, True]
)
def test_only_the_exact_audience_is_accepted(value: object) -> None:
    assert refusal(sign_raw(HEADER, claims(aud=value))) == "aud"
    assert refusal(sign_raw(HEADER, without("aud"))) == "aud"


@pytest.mark.parametrize("name", ["sub", "session_id"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        1,
        [],
        "x",
        str(uuid.UUID(int=1)).replace("-", ""),
        "{" + str(someone.user_id) + "}",
        "' OR 1=1 --",
        f"urn:uuid:{someone.user_id}",
        str(uuid.UUID(int=2748)).upper(),
        f"{someone.user_id}\x00",
        f" {someone.user_id}",
    ],
)
def test_ids_are_canonical_uuids(name: str, value: object) -> None:
    assert refusal(sign_raw(HEADER, claims(**{name: value}))) == name
    assert refusal(sign_raw(HEADER, without(name))) == name


@pytest.mark.parametrize(
    "value", [None, "", "anon", "service_role", "postgres", "Authenticated", ["authenticated"], True]
)
def test_only_the_role_authenticated_is_accepted(value: object) -> None:
    assert refusal(sign_raw(HEADER, claims(role=value))) == "role"


def test_a_token_of_another_application_is_genuine_but_not_for_us() -> None:
    with pytest.raises(ThirdPartyToken):
        check(issuer.sign(claims(client_id="another-application")))


@pytest.mark.parametrize("value", [True, None, 0, "false"])
def test_whoever_is_not_surely_a_member_is_a_guest(value: object) -> None:
    assert check(sign_raw(HEADER, claims(is_anonymous=value))).is_guest
    assert check(issuer.sign(without("is_anonymous"))).is_guest


@pytest.mark.parametrize(
    ("value", "expected"), [("aal2", "aal2"), ("aal9", "aal1"), (None, "aal1"), (["aal2"], "aal1")]
)
def test_an_unknown_assurance_level_counts_as_the_lowest(value: object, expected: str) -> None:
    assert check(sign_raw(HEADER, claims(aal=value))).aal == expected


@pytest.mark.parametrize("value", [None, "", "no address", "a\x00b@x.test", "\ud800@x.test", "x" * 400 + "@x.test", 1])
def test_an_odd_email_is_left_out(value: object) -> None:
    assert check(sign_raw(HEADER, claims(email=value))).email is None


def test_metadata_gives_no_rights_whatever_it_says() -> None:
    metadata = {"role": "service_role", "quote": "'; $$ %s \" 🐱", "sub": str(uuid.uuid4())}
    assert check(issuer.sign(claims(user_metadata=metadata, app_metadata=metadata))) == someone


class TestLegacySecret:
    def test_no_hs256_token_is_accepted_without_a_configured_secret(self) -> None:
        assert refusal(mac({"alg": "HS256"}, claims(), SECRET)) == "alg"

    @pytest.mark.parametrize("header", [{"alg": "HS256"}, {"alg": "HS256", "kid": "legacy"}])
    def test_a_configured_secret_verifies_tokens_without_a_known_key_id(self, header: dict[str, object]) -> None:
        keys = Keys()
        assert check(mac(header, claims(), SECRET), rules_with_secret, keys) == someone
        assert keys.searched == []

    def test_a_known_key_id_is_never_verified_by_the_secret(self) -> None:
        assert refusal(mac({"alg": "HS256", "kid": issuer.kid}, claims(), SECRET), rules_with_secret) == "kid"

    @pytest.mark.parametrize("kid", [None, 1, "", "x" * 129])
    def test_a_malformed_key_id_is_refused(self, kid: object) -> None:
        assert refusal(mac({"alg": "HS256", "kid": kid}, claims(), SECRET), rules_with_secret) == "kid"

    def test_a_truncated_mac_is_refused(self) -> None:
        token = mac({"alg": "HS256"}, claims(), SECRET)
        signing_input = token.rpartition(".")[0]
        short = hmac.new(SECRET, signing_input.encode(), hashlib.sha256).digest()[:16]
        assert refusal(f"{signing_input}.{b64(short)}", rules_with_secret) == "signature"

    def test_the_legacy_api_keys_are_refused_although_they_are_signed(self) -> None:
        legacy = {"iss": "supabase", "ref": "project", "role": "anon", "iat": NOW, "exp": NOW + 3600}
        assert refusal(mac({"alg": "HS256"}, legacy, SECRET), rules_with_secret) == "iss"

    def test_a_secret_that_the_library_would_take_for_a_key_is_refused_not_a_crash(self) -> None:
        pem = issuer.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with_pem = dataclasses.replace(rules, secret=pem)
        assert refusal(mac({"alg": "HS256"}, claims(), pem), with_pem) == "signature"

    def test_weak_and_published_secrets_are_named(self) -> None:
        assert secret_weakness("short", allow_published=True) == "it is shorter than 32 bytes"
        assert (
            secret_weakness(CLI_DEFAULT_SECRET, allow_published=False) == "it is the Supabase CLI's published default"
        )
        assert secret_weakness(CLI_DEFAULT_SECRET, allow_published=True) is None
        assert secret_weakness(SECRET.decode(), allow_published=False) is None


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
