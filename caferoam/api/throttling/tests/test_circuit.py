"""Who may ask a server that did not answer."""

from datetime import timedelta

import pytest

from caferoam.api.throttling.circuit import Circuit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(rest=timedelta(seconds=2), clock=clock)


def test_while_all_is_well_everybody_may(circuit: Circuit) -> None:
    assert circuit.may_try()
    assert not circuit.worked()
    assert circuit.may_try()


def test_after_a_failure_nobody_may_for_a_while_then_one_at_a_time(circuit: Circuit, clock: Clock) -> None:
    assert circuit.failed()
    clock.now = 1.999
    assert not circuit.may_try()
    clock.now = 2.0
    assert [circuit.may_try(), circuit.may_try()] == [True, False]
    clock.now = 3.999
    assert not circuit.may_try(), "it has not been told yet how that went"
    clock.now = 4.0
    assert circuit.may_try()


def test_one_that_fails_again_begins_another_rest_and_is_no_news(circuit: Circuit, clock: Clock) -> None:
    assert circuit.failed()
    clock.now = 2.5
    assert circuit.may_try()
    clock.now = 3.0
    assert not circuit.failed()
    clock.now = 4.999
    assert not circuit.may_try()
    clock.now = 5.0
    assert circuit.may_try()


def test_one_that_works_lets_all_in_again(circuit: Circuit, clock: Clock) -> None:
    circuit.failed()
    clock.now = 2.0
    assert circuit.may_try()
    assert circuit.worked()
    assert [circuit.may_try(), circuit.may_try()] == [True, True]
    assert not circuit.worked()
    assert circuit.failed(), "and then a failure is news"
