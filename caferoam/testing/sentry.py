"""A stand-in for Sentry: it takes what the SDK sends, and keeps it."""

import gzip
import json
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest


class Sentry:
    """A stand-in that takes envelopes."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.check_ins: list[dict[str, Any]] = []
        self.other_items: list[str] = []
        self.everything = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.take(_unpacked(body, self.headers.get("Content-Encoding")))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self._server.server_port}/1"

    def take(self, envelope: bytes) -> None:
        """Lines: the envelope's header, then for each item its header and, of so many bytes, its payload."""
        self.everything += envelope
        rest = envelope.partition(b"\n")[2]
        while rest.strip():
            header, _, rest = rest.partition(b"\n")
            item = json.loads(header)
            size = item.get("length", len(rest.partition(b"\n")[0]))
            payload, rest = rest[:size], rest[size:].lstrip(b"\n")
            if item["type"] == "event":
                self.events.append(json.loads(payload))
            elif item["type"] == "check_in":
                self.check_ins.append(json.loads(payload))
            else:
                self.other_items.append(item["type"])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
    assert encoding is None
    return body


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with Sentry() as stand_in:
        yield stand_in
