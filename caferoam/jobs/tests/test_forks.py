"""No child is forked while a thread is where it must not be copied."""

import os
import threading
from contextlib import ExitStack
from typing import Self

from caferoam.jobs.forks import ForkBarrier
from caferoam.jobs.tests.conftest import forked

A_WHILE_S = 0.3  # what is not held up takes microseconds
SOON_S = 30.0


class Fork:
    """A fork in a thread of its own that stands still where it has just passed the barrier, and is watched."""

    def __init__(self) -> None:
        self.reached, self.passed, self.may_go_on = threading.Event(), threading.Event(), threading.Event()
        self.exit_code: int | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.reached.wait(SOON_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.may_go_on.set()
        self._thread.join(SOON_S)

    def _run(self) -> None:
        watched.append(self)
        try:
            self.exit_code = forked(use_it)
        finally:
            watched.remove(self)


watched: list[Fork] = []


def reach() -> None:
    for fork in watched:
        fork.reached.set()


def passed() -> None:
    for fork in watched:
        fork.passed.set()
        fork.may_go_on.wait(SOON_S)


# Once: what is registered at forks stays registered. Of those that are called before a fork the last comes first.
os.register_at_fork(before=passed)
barrier = ForkBarrier(patience_s=2 * SOON_S)
os.register_at_fork(before=reach)


def use_it() -> None:
    with barrier.kept_from_forks():
        """Nothing to do there."""


def test_a_fork_waits_until_the_thread_is_out_again() -> None:
    with ExitStack() as inside:
        inside.enter_context(barrier.kept_from_forks())
        with Fork() as fork:
            assert not fork.passed.wait(A_WHILE_S)
            inside.close()
            assert fork.passed.wait(SOON_S)
    assert fork.exit_code == 0


def test_a_thread_waits_until_a_fork_is_over() -> None:
    inside = threading.Event()

    def enter() -> None:
        with barrier.kept_from_forks():
            inside.set()

    with Fork() as fork:
        assert fork.passed.wait(SOON_S)
        thread = threading.Thread(target=enter)
        thread.start()
        assert not inside.wait(A_WHILE_S)
        fork.may_go_on.set()
        assert inside.wait(SOON_S)
    thread.join(SOON_S)


def test_a_child_can_use_the_barrier_itself() -> None:
    assert forked(use_it) == 0


def test_a_fork_does_not_wait_for_ever_and_its_child_is_free() -> None:
    impatient = ForkBarrier(patience_s=A_WHILE_S)

    def use_impatient() -> None:
        with impatient.kept_from_forks():
            """Nothing to do there."""

    with impatient.kept_from_forks():
        assert forked(use_impatient) == 0
    use_impatient()
