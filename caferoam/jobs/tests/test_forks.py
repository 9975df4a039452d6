"""No child is forked while a thread is where it must not be copied."""

import os
import threading
import warnings

import pytest

from caferoam.jobs.forks import ForkBarrier

barrier = ForkBarrier()  # once: what is registered at forks stays registered


def forked() -> int:
    """Fork a child that does nothing, and wait for its end."""
    with warnings.catch_warnings():
        # Python warns of what this is about.
        warnings.filterwarnings("ignore", message="This process .* is multi-threaded", category=DeprecationWarning)
        pid = os.fork()
    if not pid:
        with barrier.kept_from_forks():
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def test_a_fork_waits_until_the_thread_is_out_again() -> None:
    inside, may_leave, left = threading.Event(), threading.Event(), threading.Event()

    def stay() -> None:
        with barrier.kept_from_forks():
            inside.set()
            may_leave.wait(5)
            left.set()

    def fork() -> None:
        forked()
        order.append(left.is_set())

    order: list[bool] = []
    threads = [threading.Thread(target=stay), threading.Thread(target=fork)]
    threads[0].start()
    inside.wait(5)
    threads[1].start()
    threads[1].join(0.05)
    assert order == []
    may_leave.set()
    for thread in threads:
        thread.join(5)
    assert order == [True]


def test_a_child_can_use_the_barrier_itself() -> None:
    assert forked() == 0


@pytest.mark.slow
def test_a_fork_does_not_wait_for_ever_and_its_child_is_free() -> None:
    with barrier.kept_from_forks():
        assert forked() == 0
    with barrier.kept_from_forks():
        pass
