"""The stand-in's web server: threads, requests, answers and a table of routes, on the standard library alone."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO, ClassVar, Final, Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from caferoam.local import ports

JSON_MAX_BYTES: Final = 1024 * 1024
_DRAIN_MAX_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """An answer; ``body`` is its bytes, or a file that is sent and closed."""

    status: int
    body: bytes | BinaryIO = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    """Of the part of the file that is sent, from where it stands."""


class Refusal(Exception):
    """A request that is not answered as asked; ``reply`` is what it gets instead."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Readable(Protocol):
    """What is used of a file that is read."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Asked:
    """A request. Header names are in lower case, and the path is decoded only where a route takes it apart."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Readable
    """Ends where the request ends."""
    length: int | None
    """Of the body, as announced; None where it was not."""

    def json(self) -> Mapping[str, object]:
        """The body as an object; {} when there is none, or it is something else."""
        try:
            said = json.loads(self.body.read(JSON_MAX_BYTES) or b"{}")
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


type Handler = Callable[[Asked, Mapping[str, str]], Reply]


@dataclass(frozen=True)
class Route:
    """Requests with this method whose whole path matches; the groups of the pattern are handed on, decoded."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler


def json_reply(status: int, said: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(said).encode(), {"Content-Type": "application/json", **(headers or {})})


def answer(routes: Sequence[Route], asked: Asked) -> Reply:
    """What the first route that fits says. Browsers of any origin may ask, as they may at Supabase."""
    if asked.method == "OPTIONS":
        wanted = asked.headers.get("access-control-request-headers", "*")
        return Reply(
            HTTPStatus.NO_CONTENT,
            headers={
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, HEAD",
                "Access-Control-Allow-Headers": wanted,
                "Access-Control-Max-Age": "3600",
            },
        )
    reply = json_reply(HTTPStatus.NOT_FOUND, {"message": "no Route matched with those values"})
    for route in routes:
        found = route.pattern.fullmatch(asked.path) if route.method == asked.method else None
        if found:
            try:
                reply = route.handler(asked, {name: unquote(value) for name, value in found.groupdict().items()})
            except Refusal as refusal:
                reply = refusal.reply
            break
    return Reply(reply.status, reply.body, {"Access-Control-Allow-Origin": "*", **reply.headers}, reply.length)


class Server:
    """Serves ``answer`` on threads of its own, on the loopback address. Usable as a context manager."""

    def __init__(self, answer: Callable[[Asked], Reply], *, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._server = _Server((ports.HOST, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="supabase", daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        """What SUPABASE_URL must be for others to ask here."""
        return f"http://{ports.HOST}:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()  # waits forever for a server that was never started
            self._thread.join()
        self._server.server_close()
        self.hang_up()

    def hang_up(self) -> None:
        """End the connections that are kept open: a server that was stopped answers nobody any more."""
        self._server.hang_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def finish_request(self, request: Any, client_address: Any) -> None:  # typed as in the base class
        self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._open.discard(request)

    def hang_up(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):  # it has ended in this very moment
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that hang up; what a route does wrong is answered with a 500."""


class _Body:
    """The request's body as a file that ends."""

    def __init__(self, source: Readable, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, size: int = -1, /) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        chunk = self._source.read(size)
        self.left -= len(chunk)
        return chunk


class _Handler(BaseHTTPRequestHandler):
    answer: ClassVar[Callable[[Asked], Reply]]
    protocol_version = "HTTP/1.1"
    timeout = 30  # of a connection on which nothing happens
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        announced = self.headers.get("Content-Length", "")
        length = int(announced) if announced.isascii() and announced.isdecimal() else None
        parts = urlsplit(self.path)
        body = _Body(self.rfile, length or 0)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            length=length,
        )
        try:
            reply = type(self).answer(asked)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the client gets an answer and the server goes on
            said = {"message": f"the stand-in failed: {exc!r}"}
            reply = json_reply(HTTPStatus.INTERNAL_SERVER_ERROR, said, {"Access-Control-Allow-Origin": "*"})
        if "Transfer-Encoding" in self.headers or body.left > _DRAIN_MAX_BYTES:
            self.close_connection = True
        self._send(reply)
        # What the route has not read, or the next request on this connection begins in the middle of it. After the
        # answer: a client that is told in time need not send the rest.
        while not self.close_connection and body.left and body.read(_CHUNK):
            pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - the names are http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet: nobody wants to read every request, and addresses hold tokens."""

    def _send(self, reply: Reply) -> None:
        with _opened(reply.body) as (content, file):
            length = len(content) if reply.length is None else reply.length
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != HTTPStatus.NO_CONTENT:
                self.send_header("Content-Length", str(length))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(content)
            while file is not None and length > 0 and (chunk := file.read(min(_CHUNK, length))):
                self.wfile.write(chunk)
                length -= len(chunk)


@contextmanager
def _opened(body: bytes | BinaryIO) -> Iterator[tuple[bytes, BinaryIO | None]]:
    if isinstance(body, bytes):
        yield body, None
        return
    with body:
        yield b"", body
