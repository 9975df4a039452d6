"""Genuine tokens and forged ones, made byte by byte where a library would refuse to."""

import base64
import dataclasses
import hmac
import json
from collections.abc import Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from caferoam.api.keys import VerificationKey, parse_key
from caferoam.api.principal import Principal
from caferoam.api.tokens import TokenRefused, TokenRules, verify
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
