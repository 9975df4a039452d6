"""A small HTTP server for processes that have none: ``/metrics``, and nothing else."""

import logging
import os
import socket
import threading
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final, Self

from prometheus_client.registry import Collector

from caferoam.metrics.access import may_ask
from caferoam.metrics.exposition import CONTENT_TYPE, exposition

logger = logging.getLogger("caferoam.metrics")

PATIENCE_S: Final = 5.0
"""With a client that sends or reads nothing; the next one waits for so long."""


class Exporter:
    """Answers from a thread of its own, one client after the other, so that scrapes never load a process twice.

    Raises:
        OSError: from the constructor, when the port is taken.
    """

    def __init__(self, host: str, port: int, *, token: str = "", collectors: Sequence[Collector] = ()) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE_S

            def do_GET(self) -> None:
                if self.path != "/metrics":
                    self.send_error(HTTPStatus.NOT_FOUND)
                elif not may_ask(self.headers.get("Authorization", ""), token):
                    self.send_error(HTTPStatus.UNAUTHORIZED)
                else:
                    try:
                        told = exposition(collectors)
                    except Exception:  # whatever it is, the next scrape may do better
                        logger.exception("the numbers cannot be told")
                        self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
                    else:
                        self._answer(told)

            def _answer(self, body: bytes) -> None:
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Silent: a line for every scrape says nothing."""

        class Server(HTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, request: object, client_address: object) -> None:
                """Silent, where the base class would print: it is a client that has hung up."""
                logger.debug("a scraper has hung up")

        self._server = Server((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        # A pool process that outlives its parent would keep the port.
        os.register_at_fork(after_in_child=self._server.socket.close)

    @property
    def port(self) -> int:
        """The one it listens on."""
        return self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
