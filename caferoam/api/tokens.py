"""Verification of Supabase access tokens: a pure function of the token, the keys, the time and the rules.

The order matters: nothing of a token is believed, fetched or even parsed before the check that makes it harmless. The
signature is PyJWT's business; every claim is checked here, because the library accepts numeric strings, booleans and
UTF-16, and reads a clock of its own.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, cast
from uuid import UUID

import jwt

from caferoam.api.keys import KID_MAX_LENGTH, VerificationKey
from caferoam.api.principal import TOKEN_MAX_LIFE, Principal

TOKEN_MAX_LENGTH = 8_000
SECRET_MIN_BYTES = 32
# The Supabase CLI signs with this one unless told otherwise, so everybody knows it.
CLI_DEFAULT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - published, refused below

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BEARER = re.compile(r"bearer (\S+)", re.IGNORECASE | re.ASCII)
_ASYMMETRIC: Final = frozenset({"ES256", "RS256"})
# Extensions that change what is signed or how it is read. The key references jku, jwk, x5u and x5c are simply ignored.
_REFUSED_HEADER_PARAMETERS = frozenset({"crit", "b64", "zip"})
_ASSURANCE_LEVELS = frozenset({"aal1", "aal2", "aal3"})
_LARGEST_TIME = 2**53
# Entries of ``amr`` for which nobody had to prove anything.
_NO_SIGN_IN = frozenset({"token_refresh", "anonymous"})
_signatures = jwt.PyJWS(algorithms=["ES256", "RS256", "HS256"])


class TokenRefused(Exception):
    """The token proves nothing. ``cause`` is for the log, never for the answer."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class ThirdPartyToken(TokenRefused):
    """A genuine token, but issued to another application on the member's behalf: known, not allowed."""


class KeySource(Protocol):
    """Where keys come from."""

    def get(self, kid: str) -> VerificationKey | None:
        """The key if it is known now."""

    def find(self, kid: str) -> VerificationKey | None:
        """The key, after asking the issuer again if it is not known and it is time to ask."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What an acceptable token says."""

    issuer: str
    audience: str
    secret: bytes | None = None
    """The project's legacy HS256 secret; None accepts no HS256 token at all."""
    leeway: timedelta = timedelta(seconds=10)
    max_life: timedelta = TOKEN_MAX_LIFE


def bearer_token(authorization: str) -> str:
    """The token of an Authorization header that holds exactly one.

    Raises:
        TokenRefused: any other scheme or form; two headers arrive here joined by a comma.
    """
    match = _BEARER.fullmatch(authorization)
    if match is None or "," in authorization or not authorization.isascii():
        raise TokenRefused("authorization_header")
    return match[1]


def secret_weakness(secret: str, *, allow_published: bool) -> str | None:
    """Why this HS256 secret must not be used, or None if it may."""
    if len(secret.encode()) < SECRET_MIN_BYTES:
        return f"it is shorter than {SECRET_MIN_BYTES} bytes"
    if secret == CLI_DEFAULT_SECRET and not allow_published:
        return "it is the Supabase CLI's published default"
    return None


def verify(token: str, *, keys: KeySource, rules: TokenRules, now: float) -> Principal:
    """Whose token this is. ``now`` is in seconds since the epoch.

    Raises:
        TokenRefused: it proves nothing.
        ThirdPartyToken: it is genuine, but was issued to another application.
        Whatever ``keys.find`` raises.
    """
    if len(token) > TOKEN_MAX_LENGTH or not _COMPACT.fullmatch(token):
        raise TokenRefused("malformed")
    header = _json_object(_decode_segment(token.partition(".")[0]), "header")
    key = _key_for(header, keys, rules)
    try:
        signed = _signatures.decode_complete(token, key.material, algorithms=[key.algorithm])
    except jwt.PyJWTError as exc:
        raise TokenRefused("signature") from exc
    claims = _json_object(signed["payload"], "payload")
    _check_times(claims, rules, now)
    _require(claims.get("iss") == rules.issuer, "iss")
    _require(claims.get("aud") == rules.audience, "aud")
    user_id = _canonical_uuid(claims, "sub")
    session_id = _canonical_uuid(claims, "session_id")
    _require(claims.get("role") == "authenticated", "role")
    if "client_id" in claims:
        raise ThirdPartyToken("client_id")
    aal = claims.get("aal")
    return Principal(
        user_id=user_id,
        session_id=session_id,
        aal=aal if isinstance(aal, str) and aal in _ASSURANCE_LEVELS else "aal1",
        email=_email(claims.get("email")),
        is_guest=claims.get("is_anonymous") is not False,
        signed_in_at=_signed_in_at(claims, rules, now),
        token_ends_at=datetime.fromtimestamp(_time(claims, "exp"), UTC),
    )


def _key_for(header: Mapping[str, object], keys: KeySource, rules: TokenRules) -> VerificationKey:
    _require(not _REFUSED_HEADER_PARAMETERS & header.keys(), "header_parameter")
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm == "HS256" and rules.secret is not None:
        # While a project moves to asymmetric keys both are on. A known id must never be verified by the secret.
        _require("kid" not in header or (_is_kid(kid) and keys.get(cast("str", kid)) is None), "kid")
        return VerificationKey("HS256", rules.secret)
    _require(isinstance(algorithm, str) and algorithm in _ASYMMETRIC, "alg")
    _require(_is_kid(kid), "kid")
    key = keys.find(cast("str", kid))
    if key is None:
        raise TokenRefused("unknown_kid")
    _require(key.algorithm == algorithm, "alg_of_key")
    return key


def _is_kid(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= KID_MAX_LENGTH


def _decode_segment(segment: str) -> bytes:
    # The alphabet is checked already, so what can fail is the length or a tail that decodes the same as another one.
    padded = segment + "=" * (-len(segment) % 4)
    try:
        decoded = base64.urlsafe_b64decode(padded)
    except ValueError as exc:
        raise TokenRefused("malformed") from exc
    _require(base64.urlsafe_b64encode(decoded).decode() == padded, "malformed")
    return decoded


def _json_object(data: bytes, part: str) -> dict[str, object]:
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise TokenRefused(part) from exc
    if not isinstance(value, dict):
        raise TokenRefused(part)
    return value


def _without_duplicates(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError("A member is given twice.")
        members[name] = value
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")


def _check_times(claims: Mapping[str, object], rules: TokenRules, now: float) -> None:
    leeway = rules.leeway.total_seconds()
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    _require(expires > now - leeway, "expired")
    _require(issued <= now + leeway, "iat")
    _require(expires - issued <= rules.max_life.total_seconds(), "life")
    if "nbf" in claims:
        _require(_time(claims, "nbf") <= now + leeway, "nbf")


def _time(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    # bool is an int; NaN and infinity fail the comparison, and so do numbers that a float cannot tell apart.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST_TIME:
        raise TokenRefused(name)
    return value


def _signed_in_at(claims: Mapping[str, object], rules: TokenRules, now: float) -> datetime | None:
    """The newest sign-in of ``amr``, a list of {"method", "timestamp"}.

    The claim is no condition of a good token, and a hook of the project can write anything into it: what is malformed
    or in the future is as if it were not there.
    """
    methods = claims.get("amr")
    newest: float | None = None
    for entry in methods if isinstance(methods, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("method"), str) or entry["method"] in _NO_SIGN_IN:
            continue
        try:
            at = _time(entry, "timestamp")
        except TokenRefused:
            continue
        if at <= now + rules.leeway.total_seconds():
            newest = at if newest is None else max(newest, at)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)


def _canonical_uuid(claims: Mapping[str, object], name: str) -> UUID:
    value = claims.get(name)
    if not isinstance(value, str):
        raise TokenRefused(name)
    try:
        parsed = UUID(value)
    except ValueError as exc:
        raise TokenRefused(name) from exc
    # UUID() also takes braces, urn:uuid: and bare hex, under which one person would have several names.
    _require(str(parsed) == value, name)
    return parsed


def _email(value: object) -> str | None:
    return value if isinstance(value, str) and 3 <= len(value) <= 320 and "@" in value and value.isprintable() else None


def _require(holds: bool, cause: str) -> None:
    if not holds:
        raise TokenRefused(cause)
