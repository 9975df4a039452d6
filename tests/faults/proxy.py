"""A TCP proxy that can let a connection go silent, as a dead network does: it stays open, and nothing comes through."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from caferoam.local import ports


class Proxy:
    """Stands before a local server, on ``port``: any free one unless given. Usable as a context manager."""

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self._target_port = target_port
        self._listener = socket.create_server((ports.HOST, port))
        self.port: int = self._listener.getsockname()[1]
        self._silenced = 0
        self._sockets: list[tuple[socket.socket, socket.socket]] = []
        self._is_last_words: Callable[[bytes], bool] = lambda _: False
        self.cut = threading.Event()
        """Set when ``cut_after`` has struck."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would not wake the thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in self._sockets:
            _close(*pair)

    def silence(self) -> None:
        """Let nothing more through on the connections there are. New ones work."""
        self._silenced = len(self._sockets)

    def cut_after(self, is_last_words: Callable[[bytes], bool]) -> None:
        """Cut a connection when a client has said this: the server still hears it, its answer is lost."""
        self._is_last_words = is_last_words

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((ports.HOST, self._target_port))
            except OSError:
                client.close()
                continue
            number = len(self._sockets)
            self._sockets.append((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=[number, source, sink], name="proxy", daemon=True).start()

    def _pump(self, number: int, source: socket.socket, sink: socket.socket) -> None:
        client, _ = self._sockets[number]
        with suppress(OSError):
            while data := source.recv(65536):
                if number < self._silenced:
                    continue
                if source is client and self._is_last_words(data) and not self.cut.is_set():
                    self.cut.set()
                    client.close()  # before the server can answer
                sink.sendall(data)
        _close(source, sink)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
