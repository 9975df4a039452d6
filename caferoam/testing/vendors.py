"""A vendor's HTTP API on a free port: it answers as it is told, misbehaves on demand, and keeps what it was asked."""

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """A request as it came in. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer_port: int = 0
    """The client's; requests that share a connection have the same."""

    @property
    def json(self) -> Any:  # whatever the vendor's clients send
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What is sent back. ``body`` is sent as it is, so it need not be what the headers say."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    cut_after: int | None = None
    """Close the connection after so many bytes of the body, which is announced in full."""

    @classmethod
    def of(cls, value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """``value`` as JSON."""
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), headers or {})


@dataclass(frozen=True)
class Silence:
    """Instead of an answer: none, until the client gives up or the stub stops."""


@dataclass(frozen=True)
class HangUp:
    """Instead of an answer: the connection is closed."""


type Reaction = Answer | Silence | HangUp


class VendorStub:
    """Answers every request by ``respond``, unless reactions are queued with ``next``; those go first, in order."""

    def __init__(self, respond: Callable[[Asked], Reaction]) -> None:
        self.respond = respond
        self.asked: list[Asked] = []
        self._queued: deque[Reaction] = deque()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or the body waits 40 ms for the client to acknowledge the headers

            def do_POST(self) -> None:
                outer._serve(self)

            do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - the base class looks for these names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Silent: what a test needs to know is in ``asked``."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """What the client's base URL must be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def next(self, *reactions: Reaction) -> None:
        """React so to the next requests, one each."""
        with self._lock:
            self._queued.extend(reactions)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.command, handler.path, headers, handler.rfile.read(length), handler.client_address[1])
        with self._lock:
            self.asked.append(asked)
            reaction = self._queued.popleft() if self._queued else None
        reaction = reaction or self.respond(asked)
        match reaction:
            case Silence():
                self._stopping.wait(30)
                handler.close_connection = True
            case HangUp():
                handler.connection.shutdown(socket.SHUT_RDWR)
                handler.close_connection = True
            case Answer():
                self._send(handler, reaction)

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.after_s:
            time.sleep(answer.after_s)
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body if answer.cut_after is None else answer.body[: answer.cut_after])
        if answer.cut_after is not None:
            handler.close_connection = True
