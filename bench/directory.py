"""GET /shops as the product serves it, against a bare FastAPI app that gives the same answer from the same database."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from bench.load import http_get, per_second
from bench.results import Result
from bench.stack import RunningStack
from caferoam.api.pagination import Keyset
from caferoam.local.ports import HOST, free_port
from shops.filters import ShopFilters

CROWDS = (1, 8)
ROUNDS = 7
ROUND_S = 2.0
_SERVER = ("-m", "granian", "--interface", "asgi", "--http", "1", "--no-ws", "--workers", "1")
_READY_WITHIN_S = 60
_TRIES = 3
"""The answers tell until when each café is open: they may differ while a minute ends."""


def shops_vs_fastapi(stack: RunningStack) -> list[Result]:
    """Pages a second of each size of crowd: the median of rounds in which both had their turn.

    Ends the bench where the two answers differ by a byte.
    """
    ours = f"{stack.api}/shops"
    with _bare_app(stack) as bare:
        _compare(ours, bare)
        return [_measured(ours, bare, clients=clients) for clients in CROWDS]


def _measured(ours: str, bare: str, *, clients: int) -> Result:
    rates = [
        tuple(per_second(http_get(url, {}), clients=clients, for_s=ROUND_S) for url in (ours, bare))
        for _ in range(ROUNDS)
    ]
    served, baseline = (statistics.median(side) for side in zip(*rates, strict=True))
    return Result(f"shops_vs_fastapi_{clients}", served, "/s", baseline, served / baseline)


def _compare(ours: str, bare: str) -> None:
    for _ in range(_TRIES):
        served, wanted = _body(ours), _body(bare)
        if served == wanted:
            return
    raise SystemExit(f"The two pages differ:\n{served[:2000]!r}\n{wanted[:2000]!r}")


@contextmanager
def _bare_app(stack: RunningStack) -> Iterator[str]:
    """Its URL. It has the API's login, and one process of the same server."""
    port = free_port()
    # The bare app must sign the same cursor, and nothing but this one comparison has a use for the salt.
    salt = Keyset("shops:name", ShopFilters().identity())._signer.salt  # noqa: SLF001 - no public door, see above
    environment = {**os.environ, **stack.stack.environment("api", with_secret_key=False), "BENCH_CURSOR_SALT": salt}
    server = subprocess.Popen(
        [sys.executable, *_SERVER, "--host", HOST, "--port", str(port), "bench.rivals.bare_directory:app"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://{HOST}:{port}/shops"
        _until_it_answers(server, url)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _until_it_answers(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            _body(url)
        except URLError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The bare app did not start.") from None
            time.sleep(0.1)
        else:
            return


def _body(url: str) -> bytes:
    with urlopen(url, timeout=30) as answer:  # noqa: S310 - only http:// addresses of this machine's own servers
        body: bytes = answer.read()
        return body
