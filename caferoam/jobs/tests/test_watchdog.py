"""A loop that hangs ends its process; one that turns does not."""

import threading
from itertools import count

import pytest

from caferoam.jobs.watchdog import Watchdog

LOOK_EVERY_S = 0.001


@pytest.mark.parametrize(
    ("turning", "stopping", "said"),
    [
        (False, False, "the loop has not turned for 60 s"),
        (True, True, "the loop was told to stop 5 s ago and has not"),
    ],
)
def test_a_loop_that_hangs_or_does_not_stop_is_given_up(
    caplog: pytest.LogCaptureFixture, *, turning: bool, stopping: bool, said: str
) -> None:
    turns = count()
    gave_up = threading.Event()
    with Watchdog(
        lambda: next(turns) if turning else 0,
        is_stopping=lambda: stopping,
        give_up=gave_up.set,
        look_every_s=LOOK_EVERY_S,
    ):
        assert gave_up.wait(30)
    assert said in caplog.text


def test_a_loop_that_turns_now_and_then_is_left_alone() -> None:
    looks = count()
    seen_enough, gave_up = threading.Event(), threading.Event()

    def turns() -> int:
        look = next(looks)
        if look > 300:
            seen_enough.set()
        return look // 50

    with Watchdog(turns, is_stopping=lambda: False, give_up=gave_up.set, look_every_s=LOOK_EVERY_S):
        assert seen_enough.wait(30)
    assert not gave_up.is_set()
