import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from caferoam.local.valkey import ValkeyServer
from caferoam.pulse import EVERY_S, Pulse, read_pulses

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    with ValkeyServer(tmp_path / "valkey") as server:
        yield server


def test_an_age_is_known_by_redis_own_clock_and_nothing_of_whoever_never_beat(server: ValkeyServer) -> None:
    with Pulse(server.url, "relay") as relay:
        relay.beat()
    with redis.Redis.from_url(server.url) as client:
        client.pexpire("caferoam:pulse:relay", timedelta(minutes=8))
    ages = read_pulses(server.url)
    assert ages["beat"] is None
    assert ages["relay"] is not None
    assert timedelta(minutes=2) <= ages["relay"] < timedelta(minutes=3)


def test_it_is_said_again_after_five_seconds_however_often_rounds_end(server: ValkeyServer) -> None:
    now = 0.0
    with Pulse(server.url, "beat", clock=lambda: now) as beat, redis.Redis.from_url(server.url) as client:
        beat.beat()
        client.flushdb()
        now = EVERY_S - 0.1
        beat.beat()
        assert read_pulses(server.url)["beat"] is None
        now = EVERY_S
        beat.beat()
        assert read_pulses(server.url)["beat"] is not None


def test_redis_that_hangs_costs_half_a_second_and_then_nothing_for_a_while(server: ValkeyServer) -> None:
    with Pulse(server.url, "relay") as relay:
        assert server.process
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            began_at = time.monotonic()
            relay.beat()
            assert time.monotonic() - began_at < 5
            began_at = time.monotonic()
            for _ in range(20):  # those that asked would take half a second each
                relay.beat()
            assert time.monotonic() - began_at < 5
        finally:
            os.kill(server.process.pid, signal.SIGCONT)


def test_without_redis_a_beat_is_silent_and_a_reader_is_told() -> None:
    with Pulse("redis://127.0.0.1:9/0", "relay") as relay:
        relay.beat()
    with pytest.raises(redis.RedisError):
        read_pulses("redis://127.0.0.1:9/0")
