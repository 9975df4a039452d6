"""Access tokens for tests: an issuer with a key of its own, its JWKS over real HTTP, and members to sign for."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal

ISSUER = "https://auth.caferoam.test/auth/v1"
AUDIENCE = "authenticated"


class Issuer:
    """An ES256 key pair that signs as Supabase does."""

    def __init__(self, kid: str = "test-key") -> None:
        self.kid = kid
        self.private_key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, object]:
        """The public key as the JWKS lists it."""
        coordinates = ECAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        return {**coordinates, "kid": self.kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}

    def sign(self, claims: Mapping[str, object], headers: Mapping[str, object] | None = None) -> str:
        """A token with exactly these claims."""
        return jwt.encode(
            dict(claims), self.private_key, algorithm="ES256", headers={"kid": self.kid, **(headers or {})}
        )


class JwksServer:
    """A JWKS endpoint on a free port. What it answers can be changed at any time; it counts what it was asked."""

    def __init__(self, *issuers: Issuer) -> None:
        self.requests: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.drip_s: float = 0.0
        """Pause before every byte of the answer's body."""
        self.open = threading.Event()
        """While cleared, requests are accepted and left without an answer."""
        self.open.set()
        self.publish(*issuers)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                outer.open.wait(30)
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for byte in [outer.body] if not outer.drip_s else (bytes([b]) for b in outer.body):
                    time.sleep(outer.drip_s)
                    self.wfile.write(byte)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Silent: what a test needs to know is in ``requests``."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where the key set is."""
        return f"http://127.0.0.1:{self._server.server_port}/auth/v1/.well-known/jwks.json"

    def publish(self, *issuers: Issuer) -> None:
        """Answer with these issuers' public keys from now on."""
        self.body = json.dumps({"keys": [issuer.jwk for issuer in issuers]}).encode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()


class SignToken(Protocol):
    """Signs an access token of a member."""

    def __call__(self, member: Principal, **claims: object) -> str:
        """``claims`` replace or add to the usual ones; a claim given as None is left out."""


def new_member(email: str | None = None, *, aal: str = "aal1") -> Principal:
    """Somebody nobody else is."""
    user_id = uuid.uuid4()
    return Principal(
        user_id=user_id, session_id=uuid.uuid4(), aal=aal, email=email or f"{user_id.hex[:12]}@caferoam.test"
    )


def usual_claims(member: Principal, *, now: float | None = None) -> dict[str, Any]:
    """What Supabase Auth puts into an access token of this member; ``now`` in seconds since the epoch."""
    issued_at = int(time.time() if now is None else now)
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(member.user_id),
        "session_id": str(member.session_id),
        "role": "authenticated",
        "aal": member.aal,
        "amr": [{"method": "password", "timestamp": issued_at}],
        "email": member.email,
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {"email_verified": True},
        "is_anonymous": member.is_guest,
        "iat": issued_at,
        "exp": issued_at + 3600,
    }


@pytest.fixture(scope="session")
def token_issuer() -> Issuer:
    """The issuer whose tokens the API accepts in tests."""
    return Issuer()


@pytest.fixture(scope="session")
def token_server(token_issuer: Issuer) -> Iterator[JwksServer]:
    """Its JWKS. Shared by all tests: one that wants to see it fail starts a ``JwksServer`` of its own."""
    with JwksServer(token_issuer) as server:
        yield server


@pytest.fixture
def sign_token(settings: Settings, token_issuer: Issuer, token_server: JwksServer) -> SignToken:
    """Signs tokens that the API accepts, and points the settings at their issuer."""
    settings.SUPABASE_JWKS_URL = token_server.url
    settings.SUPABASE_JWT_ISSUER = ISSUER
    settings.SUPABASE_JWT_AUDIENCE = AUDIENCE
    settings.SUPABASE_JWT_SECRET = ""

    def sign(member: Principal, **claims: object) -> str:
        wanted = {**usual_claims(member), **claims}
        return token_issuer.sign({name: value for name, value in wanted.items() if value is not None})

    return sign


@pytest.fixture
def bearer(sign_token: SignToken) -> Callable[[Principal], dict[str, str]]:
    """Headers for Django's test client: ``client.get("/stamps", headers=bearer(member))``."""
    return lambda member: {"Authorization": f"Bearer {sign_token(member)}"}
