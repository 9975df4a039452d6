"""Which published keys are taken, and which are left out."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from caferoam.api.keys import UnusableKeyError, parse_key, parse_key_set
from caferoam.testing.tokens import Issuer

issuer = Issuer("ours")
jwk = issuer.jwk


def rsa_jwk(bits: int) -> dict[str, object]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return {
        **RSAAlgorithm.to_jwk(private.public_key(), as_dict=True),
        "kid": "rsa",
        "alg": "RS256",
        "key_ops": ["verify"],
    }


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in jwk.items() if name not in names}


def test_a_supabase_key_is_taken_with_the_one_algorithm_it_is_for() -> None:
    kid, key = parse_key(jwk)
    assert (kid, key.algorithm, key.material) == ("ours", "ES256", issuer.private_key.public_key())


def test_an_rsa_key_of_2048_bits_is_taken() -> None:
    assert parse_key(rsa_jwk(2048))[1].algorithm == "RS256"


def test_use_key_ops_and_alg_may_be_left_out() -> None:
    assert parse_key(without("use", "key_ops", "alg"))[1].algorithm == "ES256"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ([], "not an object"),
        ({**jwk, "d": "AAAA"}, "private"),
        ({**jwk, "k": "AAAA"}, "private"),
        ({"kty": "oct", "kid": "x", "alg": "HS256"}, "neither EC nor RSA"),
        ({**jwk, "kty": "OKP"}, "neither EC nor RSA"),
        (without("kid"), "proper id"),
        ({**jwk, "kid": ""}, "proper id"),
        ({**jwk, "kid": "x" * 129}, "proper id"),
        ({**jwk, "kid": 7}, "proper id"),
        ({**jwk, "use": "enc"}, "not for signatures"),
        ({**jwk, "key_ops": ["sign"]}, "not for verifying"),
        ({**jwk, "key_ops": "verify"}, "not for verifying"),
        ({**jwk, "alg": "RS256"}, "another algorithm"),
        ({**jwk, "alg": "ES384"}, "another algorithm"),
        ({**jwk, "crv": "P-384"}, "not P-256"),
        (without("x"), "member x is missing"),
        ({**jwk, "y": 1}, "member y is missing"),
        ({**jwk, "x": "!!!!"}, "not base64url"),
        ({**jwk, "x": "é"}, "not base64url"),
        ({**jwk, "x": "AAAA"}, "32 bytes"),
        ({**jwk, "x": jwk["y"], "y": jwk["x"]}, "not on the curve"),
        ({"kty": "RSA", "kid": "x", "n": "AAAA", "e": "AQAB"}, "length is out of range"),
        ({"kty": "RSA", "kid": "x", "n": "_" * 2000, "e": "AQAB"}, "length is out of range"),
        ({"kty": "RSA", "kid": "x", "n": "_" * 342, "e": "AA"}, "no RSA key"),
    ],
)
def test_other_keys_are_left_out_with_the_reason(entry: object, reason: str) -> None:
    with pytest.raises(UnusableKeyError, match=reason):
        parse_key(entry)


def test_a_key_on_another_curve_is_left_out() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    with pytest.raises(UnusableKeyError, match="not P-256"):
        parse_key({**ECAlgorithm.to_jwk(other, as_dict=True), "kid": "x"})


def test_one_unusable_entry_does_not_spoil_the_others(caplog: pytest.LogCaptureFixture) -> None:
    keys = parse_key_set(json.dumps({"keys": [{"kty": "oct", "kid": "x", "k": "c2VjcmV0"}, jwk]}).encode())
    assert list(keys) == ["ours"]
    assert "private material" in caplog.text
    assert "c2VjcmV0" not in caplog.text


def test_the_first_of_two_keys_with_one_id_is_taken() -> None:
    keys = parse_key_set(json.dumps({"keys": [jwk, Issuer("ours").jwk]}).encode())
    assert keys["ours"].material == issuer.private_key.public_key()


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b'{"keys": {}}', b"\xff", b"<html>", b'{"keys":' + b"[" * 50_000]
)
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's, UTF-8's and our own error are one to the caller
        parse_key_set(document)
