"""When keys are fetched, who waits, and how long old ones are trusted. The endpoint is real, the clock is not."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from caferoam.api import jwks
from caferoam.api.jwks import KeyCache, KeysUnavailableError
from caferoam.testing.tokens import Issuer, JwksServer

MINUTE = 60.0
ours, theirs = Issuer("ours"), Issuer("theirs")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with JwksServer(ours) as server:
        yield server


@pytest.fixture
def cache(server: JwksServer, clock: Clock) -> KeyCache:
    return KeyCache(server.url, clock=clock)


@pytest.fixture
def loaded(cache: KeyCache) -> KeyCache:
    assert cache.find("ours")
    return cache


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.002)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for a silent endpoint would wait long enough to tell it from a machine that is busy."""
    monkeypatch.setattr(jwks, "FETCH_TIMEOUT_S", 25.0)
    monkeypatch.setattr(jwks, "WAIT_S", 20.0)


def idle(cache: KeyCache) -> None:
    eventually(lambda: cache._flight is None)


def test_the_first_request_loads_the_keys(cache: KeyCache, server: JwksServer) -> None:
    assert cache.get("ours") is None
    assert cache.find("ours") is cache.get("ours") is not None
    assert len(server.requests) == 1


def test_warming_loads_them_in_the_background(cache: KeyCache, server: JwksServer) -> None:
    cache.warm()
    eventually(lambda: cache.get("ours") is not None)
    cache.warm()
    idle(cache)
    assert len(server.requests) == 1


def test_ready_loads_them_and_says_whether_that_worked(cache: KeyCache, server: JwksServer) -> None:
    assert cache.ready()
    assert cache.ready()
    assert len(server.requests) == 1


def test_young_keys_cost_no_request(loaded: KeyCache, server: JwksServer, clock: Clock) -> None:
    clock.advance(5 * MINUTE)
    assert loaded.find("ours")
    assert len(server.requests) == 1


def test_after_five_minutes_keys_are_renewed_behind_the_back_of_the_request(
    loaded: KeyCache, server: JwksServer, clock: Clock
) -> None:
    server.open.clear()
    clock.advance(5 * MINUTE + 1)
    assert loaded.find("ours"), "a key in force is used at once, though the endpoint does not answer"
    server.publish(theirs)
    server.open.set()
    eventually(lambda: loaded.get("theirs") is not None)
    assert loaded.get("ours") is None
    assert len(server.requests) == 2


def test_after_ten_minutes_a_revoked_key_ends_although_nobody_asked_meanwhile(
    loaded: KeyCache, server: JwksServer, clock: Clock
) -> None:
    server.publish(theirs)
    clock.advance(10 * MINUTE + 1)
    assert loaded.find("ours") is None


@pytest.mark.usefixtures("patience")
def test_while_the_endpoint_fails_keys_serve_on_for_an_hour_with_an_alarm(
    loaded: KeyCache, server: JwksServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    server.status = 500
    clock.advance(10 * MINUTE + 1)
    assert loaded.find("ours")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "10 minutes ago are used" in caplog.text
    server.open.clear()
    clock.advance(49 * MINUTE)
    started = time.monotonic()
    assert loaded.find("ours"), "nobody waits for an endpoint that is known to fail"
    assert time.monotonic() - started < 10
    server.open.set()
    idle(loaded)
    clock.advance(MINUTE)
    assert loaded.get("ours") is None
    with pytest.raises(KeysUnavailableError):
        loaded.find("ours")


def test_a_failing_endpoint_is_asked_again_every_20_seconds_until_it_recovers(
    loaded: KeyCache, server: JwksServer, clock: Clock
) -> None:
    server.status = 503
    clock.advance(6 * MINUTE)
    for _ in range(3):
        assert loaded.find("ours")
        idle(loaded)
    assert len(server.requests) == 2
    clock.advance(20)
    server.status = 200
    server.publish(ours, theirs)
    assert loaded.find("ours")
    eventually(lambda: loaded.get("theirs") is not None)


def test_an_unknown_key_id_is_looked_up_at_once_but_once_in_20_seconds(
    loaded: KeyCache, server: JwksServer, clock: Clock
) -> None:
    clock.advance(20)
    server.publish(ours, theirs)
    assert loaded.find("theirs"), "a rotated key works with the first token it signed"
    for number in range(50):
        assert loaded.find(f"forged-{number}") is None
    assert len(server.requests) == 2
    clock.advance(20)
    assert loaded.find("forged") is None
    assert len(server.requests) == 3


@pytest.mark.usefixtures("patience")
def test_forged_key_ids_and_a_hanging_endpoint_delay_nobody_else(
    loaded: KeyCache, server: JwksServer, clock: Clock
) -> None:
    server.open.clear()
    clock.advance(20)
    first = threading.Thread(target=loaded.find, args=("forged-1",))
    first.start()
    eventually(lambda: len(server.requests) == 2)
    started = time.monotonic()
    assert loaded.find("forged-2") is None
    assert loaded.find("ours")
    assert time.monotonic() - started < 10
    server.open.set()
    first.join(30)


@pytest.mark.slow
def test_an_unknown_key_id_is_answered_within_3_seconds_though_the_endpoint_hangs(
    loaded: KeyCache, server: JwksServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert jwks.WAIT_S < 3
    monkeypatch.setattr(jwks, "FETCH_TIMEOUT_S", 25.0)
    server.open.clear()
    clock.advance(20)
    started = time.monotonic()
    assert loaded.find("forged") is None
    assert time.monotonic() - started < 10


def test_many_first_requests_share_one_fetch(cache: KeyCache, server: JwksServer) -> None:
    server.open.clear()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(cache.find("ours"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(server.requests) == 1)
    server.open.set()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8
    assert all(found)
    assert len(server.requests) == 1


def test_without_any_key_every_token_is_unjudged_and_the_endpoint_spared(
    cache: KeyCache, server: JwksServer, clock: Clock
) -> None:
    server.status = 404
    for _ in range(5):
        with pytest.raises(KeysUnavailableError):
            cache.find("ours")
    assert not cache.ready()
    assert len(server.requests) == 1
    clock.advance(2)
    server.status = 200
    assert cache.find("ours")


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/elsewhere"}, b""),
        (200, {}, b"<html>"),
        (200, {}, b'{"keys": []}'),
        (200, {}, b'{"keys": [], "padding": "' + b"x" * 65_536 + b'"}'),
    ],
)
def test_a_useless_answer_is_a_failure_and_keeps_the_old_keys(
    loaded: KeyCache, server: JwksServer, clock: Clock, answer: tuple[int, dict[str, str], bytes]
) -> None:
    server.status, server.headers, server.body = answer
    clock.advance(20)
    assert loaded.find("other") is None
    assert loaded.find("ours")
    assert len(server.requests) == 2, "no redirect is followed"


def test_an_empty_key_set_is_fine_for_a_project_that_signs_with_its_secret(server: JwksServer, clock: Clock) -> None:
    server.publish()
    cache = KeyCache(server.url, allow_empty=True, clock=clock)
    assert cache.find("any") is None
    assert cache.ready()


def test_an_endpoint_that_is_not_there_is_a_failure(server: JwksServer, clock: Clock) -> None:
    cache = KeyCache("http://127.0.0.1:1/keys", clock=clock)
    with pytest.raises(KeysUnavailableError):
        cache.find("ours")


def test_a_dripping_endpoint_is_hung_up_on(server: JwksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "FETCH_TIMEOUT_S", 0.2)
    server.drip_s = 0.05
    started = time.monotonic()
    with suppress(ConnectionResetError):  # the other way in which the system tells of a server that went on sending
        assert len(jwks.fetch(server.url)) < len(server.body), "what arrived is no document"
    assert time.monotonic() - started < 8


def test_the_query_of_the_url_is_sent(server: JwksServer) -> None:
    jwks.fetch(f"{server.url}?project=x")
    assert server.requests == ["/auth/v1/.well-known/jwks.json?project=x"]


_FORK = """
import os, sys
from caferoam.api.jwks import KeyCache
cache = KeyCache(sys.argv[1])
with cache._lock:           # as if another thread of the parent were in the middle of something
    child = os.fork()
    if child == 0:
        os._exit(0 if cache.find("ours") else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
def test_a_forked_child_does_not_inherit_a_held_lock(server: JwksServer) -> None:
    subprocess.run([sys.executable, "-c", _FORK, server.url], check=True, timeout=120)


_FORGOTTEN = """
import os, sys
from caferoam.api.jwks import KeyCache
KeyCache(sys.argv[1])       # nobody holds it, so its hook must find nothing in the child
child = os.fork()
os._exit(0) if child == 0 else os.waitpid(child, 0)
"""


@pytest.mark.slow
def test_the_fork_hook_of_a_forgotten_cache_does_nothing(server: JwksServer) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORGOTTEN, server.url], check=True, timeout=120, capture_output=True, text=True
    )
    assert done.stderr == ""


def test_what_a_child_inherits_is_usable_once_the_hook_ran(cache: KeyCache) -> None:
    cache._lock.acquire()
    cache._leave_parent_behind()
    assert cache.find("ours")
