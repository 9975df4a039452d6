"""Access tokens like Supabase's, signed with a key that only this checkout knows."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode

from caferoam.local.errors import LocalStackError
from caferoam.local.files import write_private

TOKEN_TTL: Final = timedelta(hours=1)


@dataclass(frozen=True)
class SigningKey:
    """An ES256 key pair. ``kid`` is the RFC 7638 thumbprint, so the same key always has the same name."""

    private_key: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key from a PEM file; ``FileNotFoundError`` where there is none."""
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise LocalStackError(f"{path} holds no elliptic-curve key: `make reset` starts afresh")
        return cls(key)

    def save(self, path: Path) -> None:
        """Write the key where nobody else can read it."""
        pem = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(path, pem.decode())

    @property
    def kid(self) -> str:
        members = {name: self._coordinates[name] for name in ("crv", "kty", "x", "y")}
        canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
        return base64url_encode(sha256(canonical.encode()).digest()).decode()

    @property
    def public_jwk(self) -> dict[str, object]:
        """The public half as Supabase's key set lists it."""
        return {**self._coordinates, "kid": self.kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"], "ext": True}

    @property
    def _coordinates(self) -> dict[str, object]:
        return dict(ECAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True))


def load_or_make_key(path: Path) -> SigningKey:
    """The checkout's key, made at the first call."""
    try:
        return SigningKey.load(path)
    except FileNotFoundError:
        key = SigningKey.generate()
        key.save(path)
        return key


def sign_token(
    key: SigningKey,
    *,
    issuer: str,
    user_id: uuid.UUID,
    email: str,
    audience: str = "authenticated",
    ttl: timedelta = TOKEN_TTL,
    now: float | None = None,
    overrides: Mapping[str, object] | None = None,
) -> str:
    """Sign an access token with every claim that Supabase Auth puts into one.

    ``now`` is a POSIX timestamp (default: the clock); ``overrides`` replace or add claims, for tests of what must be
    refused.
    """
    issued_at = int(time.time() if now is None else now)
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": str(user_id),
        "aud": audience,
        "exp": issued_at + int(ttl.total_seconds()),
        "iat": issued_at,
        "email": email,
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {"email": email, "email_verified": True, "phone_verified": False, "sub": str(user_id)},
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": issued_at}],
        "session_id": str(uuid.uuid4()),
        "is_anonymous": False,
    }
    return jwt.encode(
        {**claims, **(overrides or {})}, key.private_key, algorithm="ES256", headers={"kid": key.kid, "typ": "JWT"}
    )
