"""What a token with a genuine signature must say, and what it may not."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from caferoam.api.tests.forging import HEADER, NOW, check, claims, issuer, refusal, sign_raw, someone, without
from caferoam.api.tokens import ThirdPartyToken
from caferoam.testing.tokens import AUDIENCE, ISSUER, usual_claims

SOME_ID = "0190d5a4-0000-7000-8000-00000000000a"


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
        "{" + SOME_ID + "}",
        "' OR 1=1 --",
        f"urn:uuid:{SOME_ID}",
        str(uuid.UUID(int=2748)).upper(),
        f"{SOME_ID}\x00",
        f" {SOME_ID}",
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


def test_the_newest_sign_in_counts_and_renewals_of_the_token_do_not() -> None:
    methods = [
        {"method": "totp", "timestamp": NOW - 60},
        {"method": "password", "timestamp": NOW - 900},
        {"method": "token_refresh", "timestamp": NOW},
        {"method": "anonymous", "timestamp": NOW},
    ]
    signed_in_at = check(issuer.sign(claims(amr=methods))).signed_in_at
    assert signed_in_at == datetime.fromtimestamp(NOW - 60, UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "password",
        NOW,
        {"method": "password", "timestamp": NOW},
        [],
        ["password"],
        [None],
        [[{"method": "password", "timestamp": NOW}]],
        [{"method": "password"}],
        [{"timestamp": NOW}],
        [{"method": None, "timestamp": NOW}],
        [{"method": ["password"], "timestamp": NOW}],
        *([{"method": "password", "timestamp": at}] for at in (None, True, str(NOW), [NOW], -1, 1e300, 10**400)),
        [{"method": "password", "timestamp": NOW + 11}],
    ],
)
def test_a_sign_in_that_the_token_does_not_plainly_say_is_none(value: object) -> None:
    assert check(sign_raw(HEADER, claims(amr=value))).signed_in_at is None
    honest = {"method": "password", "timestamp": NOW - 5}
    if isinstance(value, list):
        seen = check(sign_raw(HEADER, claims(amr=[*value, honest]))).signed_in_at
        assert seen == datetime.fromtimestamp(NOW - 5, UTC), "one bad entry takes no other with it"


@pytest.mark.parametrize("value", [None, "", "no address", "a\x00b@x.test", "\ud800@x.test", "x" * 400 + "@x.test", 1])
def test_an_odd_email_is_left_out(value: object) -> None:
    assert check(sign_raw(HEADER, claims(email=value))).email is None


def test_metadata_gives_no_rights_whatever_it_says() -> None:
    metadata = {"role": "service_role", "quote": "'; $$ %s \" 🐱", "sub": str(uuid.uuid4())}
    assert check(issuer.sign(claims(user_metadata=metadata, app_metadata=metadata))) == someone
