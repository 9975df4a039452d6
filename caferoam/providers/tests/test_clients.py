"""Who shares a client."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from caferoam.providers.clients import PerProcess

made: list[str] = []


def make(key: str) -> object:
    made.append(key)
    return object()


clients = PerProcess(make)


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


def test_threads_share_one_for_each_key() -> None:
    begin = Barrier(8)

    def ask(number: int) -> object:
        begin.wait()
        return clients.of(f"threads {number % 2}")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 2
    assert sorted(made) == ["threads 0", "threads 1"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_makes_its_own_even_if_its_parent_was_making_one() -> None:
    mine = clients.of("fork")
    with clients._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if clients.of("fork") is not mine and made == ["fork", "fork"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert clients.of("fork") is mine


def test_each_is_closed_when_the_process_ends() -> None:
    program = (
        "from caferoam.providers.clients import PerProcess\n"
        "clients = PerProcess(str, close=lambda client: print('closed', client))\n"
        "clients.of(1), clients.of(2)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "closed 1\nclosed 2\n"
