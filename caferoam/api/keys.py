"""Public keys as Supabase publishes them, read strictly: a key that could verify more than it should is not taken."""

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

logger = logging.getLogger(__name__)

KID_MAX_LENGTH = 128
_RSA_BITS = range(2048, 8193)
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the only algorithm it may verify."""

    algorithm: str
    material: EllipticCurvePublicKey | RSAPublicKey | bytes


class UnusableKeyError(ValueError):
    """A published key, or set of keys, that is not ours to use; the message says why and holds no key material."""


def parse_key_set(document: bytes) -> dict[str, VerificationKey]:
    """The usable keys of a JWKS by their id. Single entries that cannot be used are logged and left out.

    Raises:
        ValueError: the document is no JWKS.
    """
    try:
        parsed = json.loads(document.decode("utf-8"))
    except RecursionError as exc:
        raise UnusableKeyError("the document is nested too deeply") from exc
    entries = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(entries, list):
        raise UnusableKeyError("the document is not an object with a list of keys")
    keys: dict[str, VerificationKey] = {}
    for entry in entries:
        try:
            kid, key = parse_key(entry)
        except UnusableKeyError as exc:
            logger.warning("A published key is left out: %s", exc)
            continue
        if keys.setdefault(kid, key) is not key:
            logger.warning("Two published keys share one id: the first is taken.")
    return keys


def parse_key(entry: object) -> tuple[str, VerificationKey]:
    """One entry of a JWKS as its id and key.

    Raises:
        UnusableKeyError: it is private, symmetric, meant for something else, too weak, or of a kind we do not verify.
    """
    if not isinstance(entry, dict):
        raise UnusableKeyError("it is not an object")
    jwk = cast("dict[str, object]", entry)
    if _PRIVATE_MEMBERS & jwk.keys():
        raise UnusableKeyError("it holds private material")
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= KID_MAX_LENGTH:
        raise UnusableKeyError("it has no proper id")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKeyError("it is not for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKeyError("it is not for verifying")
    match jwk.get("kty"):
        case "EC":
            key = VerificationKey("ES256", _p256(jwk))
        case "RSA":
            key = VerificationKey("RS256", _rsa(jwk))
        case _:
            raise UnusableKeyError("it is neither EC nor RSA")
    if jwk.get("alg", key.algorithm) != key.algorithm:
        raise UnusableKeyError(f"it is for another algorithm than {key.algorithm}")
    return kid, key


def _p256(jwk: Mapping[str, object]) -> EllipticCurvePublicKey:
    if jwk.get("crv") != "P-256":
        raise UnusableKeyError("its curve is not P-256")
    x, y = _bytes(jwk, "x"), _bytes(jwk, "y")
    if len(x) != 32 or len(y) != 32:
        raise UnusableKeyError("its coordinates are not 32 bytes long")
    try:
        return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1()).public_key()
    except ValueError as exc:
        raise UnusableKeyError("its point is not on the curve") from exc


def _rsa(jwk: Mapping[str, object]) -> RSAPublicKey:
    modulus, exponent = int.from_bytes(_bytes(jwk, "n")), int.from_bytes(_bytes(jwk, "e"))
    if modulus.bit_length() not in _RSA_BITS:
        raise UnusableKeyError("its length is out of range")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as exc:
        raise UnusableKeyError("its numbers are no RSA key") from exc


def _bytes(jwk: Mapping[str, object], member: str) -> bytes:
    value = jwk.get(member)
    if not isinstance(value, str):
        raise UnusableKeyError(f"its member {member} is missing")
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:  # ValueError: text beyond ASCII
        raise UnusableKeyError(f"its member {member} is not base64url") from exc
