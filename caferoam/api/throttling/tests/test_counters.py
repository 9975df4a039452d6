"""What is counted, on a real server."""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings

from caferoam.api.throttling.counters import Counters, Limit, NotCountedError, Verdict
from caferoam.local.ports import free_port
from caferoam.local.valkey import ValkeyServer
from caferoam.testing.live import eventually
from caferoam.testing.throttling import PATIENCE

pytestmark = pytest.mark.usefixtures("patient_counters")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PER_MINUTE, PER_DAY = Limit("of:minute", 3, MINUTE), Limit("of:day", 5, DAY)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One of the test's own, which it may stop."""
    with ValkeyServer(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
def client() -> Iterator[redis.Redis]:
    """The shared server, without these tests' counters."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(PER_MINUTE.key, PER_DAY.key)
        yield client
        client.delete(PER_MINUTE.key, PER_DAY.key)


@pytest.fixture
def counters(client: redis.Redis, patient_counters: None) -> Counters:
    return Counters(settings.REDIS_URL)


def used(verdict: Verdict) -> list[int]:
    return [count.used for count in verdict.counts]


def test_so_many_are_let_through_in_a_window_and_no_more(counters: Counters) -> None:
    verdicts = [counters.count([PER_MINUTE]) for _ in range(5)]
    assert [verdict.admitted for verdict in verdicts] == [True, True, True, False, False]
    assert [used(verdict) for verdict in verdicts] == [[1], [2], [3], [3], [3]]
    assert [verdict.counts[0].remaining for verdict in verdicts] == [2, 1, 0, 0, 0]


def test_the_window_begins_with_the_first_and_ends_by_itself(counters: Counters, client: redis.Redis) -> None:
    assert counters.count([PER_MINUTE]).counts[0].reset == MINUTE
    client.pexpire(PER_MINUTE.key, 40_000)
    reset = counters.count([PER_MINUTE]).counts[0].reset
    assert timedelta(seconds=10) < reset <= timedelta(seconds=40), "the second one does not make it longer"
    client.pexpire(PER_MINUTE.key, 1)
    assert eventually(lambda: not client.exists(PER_MINUTE.key))
    verdict = counters.count([PER_MINUTE])
    assert (used(verdict), verdict.counts[0].reset) == ([1], MINUTE)


def test_what_one_limit_refuses_is_counted_for_none(counters: Counters) -> None:
    for _ in range(4):
        verdict = counters.count([PER_MINUTE, PER_DAY])
    assert not verdict.admitted
    assert used(verdict) == [3, 3]


def test_each_limit_has_its_own_window(counters: Counters, client: redis.Redis) -> None:
    for _ in range(3):
        counters.count([PER_MINUTE, PER_DAY])
    client.delete(PER_MINUTE.key)
    assert [counters.count([PER_MINUTE, PER_DAY]).admitted for _ in range(3)] == [True, True, False]
    minute, day = counters.count([PER_MINUTE, PER_DAY]).counts
    assert (minute.used, day.used) == (2, 5)
    assert timedelta(seconds=30) < minute.reset <= MINUTE
    assert DAY - MINUTE < day.reset <= DAY


def test_a_counter_that_has_lost_its_end_begins_anew(counters: Counters, client: redis.Redis) -> None:
    client.set(PER_MINUTE.key, 99)
    assert used(counters.count([PER_MINUTE])) == [1]
    assert 30 < client.ttl(PER_MINUTE.key) <= 60


def test_a_limit_that_was_higher_leaves_nothing_not_less(counters: Counters) -> None:
    for _ in range(3):
        counters.count([PER_MINUTE])
    (count,) = counters.count([Limit(PER_MINUTE.key, 2, MINUTE)]).counts
    assert count.remaining == 0


@pytest.mark.slow
def test_fifty_threads_at_once_are_let_through_exactly_as_often_as_the_limit_says(counters: Counters) -> None:
    many = Limit(PER_MINUTE.key, 100, MINUTE)
    with ThreadPoolExecutor(50) as threads:
        verdicts = list(threads.map(lambda _: counters.count([many, Limit(PER_DAY.key, 1_000, DAY)]), range(400)))
    assert sum(verdict.admitted for verdict in verdicts) == 100
    assert used(counters.count([many, Limit(PER_DAY.key, 1_000, DAY)])) == [100, 100]


def took(call: Callable[[], object]) -> float:
    """Seconds until it was found that nothing can be counted."""
    begun = time.perf_counter()
    with pytest.raises(NotCountedError):
        call()
    return time.perf_counter() - begun


@pytest.mark.slow
def test_a_server_that_hangs_is_waited_for_once_and_found_again(
    server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    counters = Counters(server.url)
    counters.count([PER_MINUTE])
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(4) as threads:
            waits = list(threads.map(lambda _: took(lambda: counters.count([PER_MINUTE])), range(4)))
        assert max(waits) < 4 * PATIENCE.total_seconds()
        assert min(waits) < 1.9 * PATIENCE.total_seconds(), "silence is not waited for twice"
        # Every one of them would wait as long; at most one does, when a rest is over.
        assert sum(took(lambda: counters.count([PER_MINUTE])) for _ in range(100)) < 4 * PATIENCE.total_seconds()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert eventually(lambda: answers(counters))
    assert [record.levelno for record in caplog.records if "Redis" in record.message] == [logging.WARNING, logging.INFO]


@pytest.mark.slow
def test_a_server_that_is_gone_costs_nothing_and_is_found_again_empty(server: ValkeyServer) -> None:
    counters = Counters(server.url)
    counters.count([PER_MINUTE])
    again = ValkeyServer(server._home, port=server.port)
    server.stop()
    assert sum(took(lambda: counters.count([PER_MINUTE])) for _ in range(100)) < PATIENCE.total_seconds()
    with again:
        assert eventually(lambda: answers(counters))
        assert used(counters.count([PER_MINUTE])) == [2], "the script was loaded again, too"


def test_trouble_is_told_once_however_often_it_is_met(caplog: pytest.LogCaptureFixture) -> None:
    counters = Counters(f"redis://127.0.0.1:{free_port()}/0", rest=timedelta(0))
    for _ in range(3):
        took(lambda: counters.count([PER_MINUTE]))
    (told,) = caplog.records
    assert told.message == "Redis cannot count requests, some limits do not hold: ConnectionError"


@pytest.mark.slow
def test_a_restart_between_two_requests_is_not_noticed(server: ValkeyServer) -> None:
    counters = Counters(server.url)
    counters.count([PER_MINUTE])
    again = ValkeyServer(server._home, port=server.port)
    server.stop()
    with again:
        assert used(counters.count([PER_MINUTE])) == [1]


def answers(counters: Counters) -> bool:
    try:
        return counters.count([PER_MINUTE]).admitted
    except NotCountedError:
        return False
