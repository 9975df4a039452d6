"""Who asks: the project's two keys, and members' access tokens."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from caferoam.local.supabase.http import Asked, Refusal, json_reply


@dataclass(frozen=True)
class ProjectKeys:
    """``publishable`` says which project is meant, ``secret`` opens all of it, ``signing`` signs URLs of objects."""

    publishable: str
    secret: str = field(repr=False)
    signing: str = field(repr=False)


@dataclass(frozen=True)
class Caller:
    """``refusal`` says why a token that came along is none; the caller is anon then."""

    role: Literal["service", "member", "anon"]
    claims: Mapping[str, object] = field(default_factory=dict)
    refusal: str = ""


type VerifyToken = Callable[[str], Mapping[str, object]]
"""The claims of a member's access token; raises ``jwt.InvalidTokenError`` for any other."""


def verify_with(public_key: ec.EllipticCurvePublicKey) -> VerifyToken:
    """For tokens that this key's other half has signed."""

    def verify(token: str) -> Mapping[str, object]:
        claims: dict[str, object] = jwt.decode(
            token, public_key, algorithms=["ES256"], audience="authenticated", options={"require": ["exp", "sub"]}
        )
        UUID(str(claims["sub"]))
        return claims

    return verify


class Gate:
    """Tells callers apart, as Supabase's gateway and the services behind it do."""

    def __init__(self, keys: ProjectKeys, verify_token: VerifyToken) -> None:
        self._keys = keys
        self._verify_token = verify_token

    def caller(self, asked: Asked) -> Caller:
        """Who this is.

        Raises:
            Refusal: the project's key is missing, or is another one's.
        """
        key = asked.headers.get("apikey") or asked.query.get("apikey", "")
        if not key:
            raise _unauthorized("No API key found in request")
        is_secret = hmac.compare_digest(key.encode(), self._keys.secret.encode())
        if not is_secret and not hmac.compare_digest(key.encode(), self._keys.publishable.encode()):
            raise _unauthorized("Invalid API key")
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if not token or token == key:
            return Caller("service" if is_secret else "anon")
        if scheme.lower() != "bearer":
            return Caller("anon", refusal="no bearer token")
        try:
            return Caller("member", self._verify_token(token))
        except (jwt.InvalidTokenError, ValueError) as exc:
            return Caller("anon", refusal=str(exc))


def _unauthorized(message: str) -> Refusal:
    return Refusal(json_reply(HTTPStatus.UNAUTHORIZED, {"message": message}))
