"""A stand-in for the part of Supabase that the API asks over HTTP: the key set its tokens are checked against."""

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, Final, Self

from caferoam.local import ports
from caferoam.local.tokens import SigningKey

JWKS_PATH: Final = "/auth/v1/.well-known/jwks.json"


class SupabaseStandIn:
    """Serves the public key of ``key`` as Supabase Auth does, on a thread of its own. Usable as a context manager."""

    def __init__(self, key: SigningKey, *, port: int = 0) -> None:
        key_set = json.dumps({"keys": [key.public_jwk]}).encode()
        handler = type("Handler", (_Handler,), {"key_set": key_set})
        self._server = ThreadingHTTPServer((ports.HOST, port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="supabase-standin", daemon=True)

    @property
    def url(self) -> str:
        """What SUPABASE_URL must be for the API to ask here."""
        return f"http://{ports.HOST}:{self._server.server_port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()  # waits forever for a server that was never started
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    key_set: ClassVar[bytes]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is http.server's
        if self.path.partition("?")[0] != JWKS_PATH:
            self._answer(HTTPStatus.NOT_FOUND, b'{"error": "not found"}')
            return
        self._answer(HTTPStatus.OK, self.key_set, {"Cache-Control": "public, max-age=600"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet: the API asks every few minutes and nobody wants to read that."""

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
