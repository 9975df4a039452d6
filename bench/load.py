"""Clients that do one thing again and again, each a process of its own: none waits for another's interpreter."""

import multiprocessing
import socket
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from time import perf_counter
from urllib.parse import urlsplit

type Connect = Callable[[], Callable[[], object]]
"""Opens a connection, and gives what is done over it."""

_processes = multiprocessing.get_context("fork")
_PATIENCE_S = 60


def per_second(connect: Connect, *, clients: int, for_s: float) -> float:
    """How often a second all clients together get it done. Each does it a few times before the clock starts."""
    start = _processes.Barrier(clients)
    counts: multiprocessing.Queue[float] = _processes.Queue()
    crowd = [_processes.Process(target=_client, args=(connect, start, counts, for_s)) for _ in range(clients)]
    for client in crowd:
        client.start()
    total = sum(counts.get(timeout=_PATIENCE_S + for_s) for _ in crowd)
    for client in crowd:
        client.join()
    return total


def _client(connect: Connect, start: Barrier, counts: "multiprocessing.Queue[float]", for_s: float) -> None:
    once = connect()
    for _ in range(8):  # the driver prepares a statement that it has seen five times
        once()
    start.wait(_PATIENCE_S)
    done, began_at = 0, perf_counter()
    while (elapsed := perf_counter() - began_at) < for_s:
        once()
        done += 1
    counts.put(done / elapsed)


def http_get(url: str, headers: dict[str, str]) -> Connect:
    """One GET after another over a kept connection. The client costs CPU too, so it reads no more than it must."""
    address = urlsplit(url)
    lines = [f"GET {address.path} HTTP/1.1", f"Host: {address.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()

    def connect() -> Callable[[], object]:
        web = socket.create_connection((address.hostname or "", address.port or 80), _PATIENCE_S)
        web.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def get() -> None:
            web.sendall(request)
            answer = b""
            while (end := answer.find(b"\r\n\r\n")) < 0:
                answer += _received(web)
            head = answer[:end].lower()
            if not head.startswith(b"http/1.1 200 "):
                raise SystemExit(f"{address.path} answered {answer[:300]!r}")
            length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            missing = length - (len(answer) - end - 4)
            while missing > 0:
                missing -= len(_received(web))

        return get

    return connect


def _received(web: socket.socket) -> bytes:
    data = web.recv(65536)
    if not data:
        raise SystemExit("The server hung up.")
    return data
