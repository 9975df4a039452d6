import socket

import pytest

from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.ports import HOST, free_port
from caferoam.local.public_port import PortChoice, PublicPort


def choose(setting: str | None, *, default: int = 8000) -> PublicPort:
    choice = PortChoice("API", "CAFEROAM_API_PORT", default)
    return PublicPort(choice, {} if setting is None else {choice.variable: setting})


def test_zero_takes_a_port_on_which_a_server_can_listen() -> None:
    port = choose("0")
    socket.create_server((HOST, port.number)).close()
    assert not port.said
    port.release()


def test_a_released_port_can_be_chosen_again() -> None:
    number = str(free_port())
    for _ in range(2):
        port = choose(number)
        assert str(port.number) == number
        port.release()


def test_a_port_that_another_checkout_has_is_not_given_twice_by_name() -> None:
    first = choose("0")
    with pytest.raises(PortInUseError):
        choose(str(first.number))
    first.release()


def test_a_port_asked_for_by_name_is_that_one_or_an_error() -> None:
    with socket.create_server((HOST, 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {number} is already in use.*CAFEROAM_API_PORT={number + 10}"):
            choose(str(number))


def test_the_default_port_gives_way_to_another_checkout() -> None:
    default = free_port()
    first = choose(None, default=default)
    second = choose(None, default=default)
    assert first.number == default != second.number
    assert not first.said
    assert second.said == f"another checkout's API has port {default}, so this one takes {second.number}"
    first.release()
    second.release()


def test_the_default_port_does_not_give_way_to_another_program() -> None:
    with socket.create_server((HOST, 0)) as other, pytest.raises(PortInUseError):
        choose(None, default=other.getsockname()[1])


@pytest.mark.parametrize("setting", ["-1", "65536", "http", "80.5", "８０００x"])
def test_what_is_no_port_is_refused_by_name(setting: str) -> None:
    with pytest.raises(LocalStackError, match="CAFEROAM_API_PORT must be a port"):
        choose(setting)
