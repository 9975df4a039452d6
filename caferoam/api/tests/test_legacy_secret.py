"""A project that still signs with its secret, or is moving away from it."""

import dataclasses
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caferoam.api.tests.forging import (
    NOW,
    SECRET,
    Keys,
    b64,
    check,
    claims,
    issuer,
    mac,
    refusal,
    rules,
    rules_with_secret,
    someone,
)
from caferoam.api.tokens import CLI_DEFAULT_SECRET, secret_weakness


def test_no_hs256_token_is_accepted_without_a_configured_secret() -> None:
    assert refusal(mac({"alg": "HS256"}, claims(), SECRET)) == "alg"


@pytest.mark.parametrize("header", [{"alg": "HS256"}, {"alg": "HS256", "kid": "legacy"}])
def test_a_configured_secret_verifies_tokens_without_a_known_key_id(header: dict[str, object]) -> None:
    keys = Keys()
    assert check(mac(header, claims(), SECRET), rules_with_secret, keys) == someone
    assert keys.searched == []


def test_a_known_key_id_is_never_verified_by_the_secret() -> None:
    assert refusal(mac({"alg": "HS256", "kid": issuer.kid}, claims(), SECRET), rules_with_secret) == "kid"


@pytest.mark.parametrize("kid", [None, 1, "", "x" * 129])
def test_a_malformed_key_id_is_refused(kid: object) -> None:
    assert refusal(mac({"alg": "HS256", "kid": kid}, claims(), SECRET), rules_with_secret) == "kid"


def test_a_truncated_mac_is_refused() -> None:
    token = mac({"alg": "HS256"}, claims(), SECRET)
    signing_input = token.rpartition(".")[0]
    short = hmac.new(SECRET, signing_input.encode(), hashlib.sha256).digest()[:16]
    assert refusal(f"{signing_input}.{b64(short)}", rules_with_secret) == "signature"


def test_the_legacy_api_keys_are_refused_although_they_are_signed() -> None:
    legacy = {"iss": "supabase", "ref": "project", "role": "anon", "iat": NOW, "exp": NOW + 3600}
    assert refusal(mac({"alg": "HS256"}, legacy, SECRET), rules_with_secret) == "iss"


def test_a_secret_that_the_library_would_take_for_a_key_is_refused_not_a_crash() -> None:
    pem = issuer.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with_pem = dataclasses.replace(rules, secret=pem)
    assert refusal(mac({"alg": "HS256"}, claims(), pem), with_pem) == "signature"


def test_weak_and_published_secrets_are_named() -> None:
    assert secret_weakness("short", allow_published=True) == "it is shorter than 32 bytes"
    assert secret_weakness(CLI_DEFAULT_SECRET, allow_published=False) == "it is the Supabase CLI's published default"
    assert secret_weakness(CLI_DEFAULT_SECRET, allow_published=True) is None
    assert secret_weakness(SECRET.decode(), allow_published=False) is None
