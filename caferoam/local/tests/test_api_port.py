import socket

import pytest

from caferoam.local.api_port import ApiPort
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.ports import HOST, free_port


def test_zero_takes_a_port_on_which_a_server_can_listen() -> None:
    port = ApiPort("0")
    socket.create_server((HOST, port.number)).close()
    assert not port.gave_way
    port.release()


def test_a_released_port_can_be_chosen_again() -> None:
    number = str(free_port())
    for _ in range(2):
        port = ApiPort(number)
        assert str(port.number) == number
        port.release()


def test_a_port_that_another_checkout_has_is_not_given_twice_by_name() -> None:
    first = ApiPort("0")
    with pytest.raises(PortInUseError):
        ApiPort(str(first.number))
    first.release()


def test_a_port_asked_for_by_name_is_that_one_or_an_error() -> None:
    with socket.create_server((HOST, 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {number} is already in use.*CAFEROAM_API_PORT=8001"):
            ApiPort(str(number))


def test_the_default_port_gives_way_to_another_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caferoam.local.api_port.DEFAULT", free_port())
    first = ApiPort(None)
    second = ApiPort(None)
    assert (first.gave_way, second.gave_way) == (False, True)
    assert first.number != second.number
    first.release()
    second.release()


def test_the_default_port_does_not_give_way_to_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as other:
        monkeypatch.setattr("caferoam.local.api_port.DEFAULT", other.getsockname()[1])
        with pytest.raises(PortInUseError):
            ApiPort(None)


@pytest.mark.parametrize("setting", ["-1", "65536", "http", "80.5", "８０００x"])
def test_what_is_no_port_is_refused_by_name(setting: str) -> None:
    with pytest.raises(LocalStackError, match="CAFEROAM_API_PORT must be a port"):
        ApiPort(setting)
