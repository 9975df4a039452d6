import socket
import stat
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from caferoam.local.errors import PortInUseError
from caferoam.local.ports import HOST
from caferoam.local.process import command_line
from caferoam.local.valkey import ValkeyServer

pytestmark = pytest.mark.slow


def test_it_answers_with_its_password_only(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
        once = Retry(NoBackoff(), retries=0)
        stranger = redis.Redis(host=HOST, port=server.port, password="guess", retry=once)
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_it_never_drops_messages_to_make_room(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_its_password_is_neither_readable_nor_on_its_command_line(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        for name in ("valkey.password", "valkey.conf"):
            assert stat.S_IMODE((tmp_path / "valkey" / name).stat().st_mode) == 0o600
        assert server.process is not None
        assert server.password not in command_line(server.process.pid)


def test_a_port_that_another_program_has_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} is already in use: stop the program"):
            ValkeyServer(tmp_path / "valkey", port=port).start()


def test_a_server_that_an_earlier_run_left_behind_is_replaced(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as left_behind:
        process = left_behind.process
        with ValkeyServer(tmp_path / "valkey") as successor, redis.Redis.from_url(successor.url) as client:
            assert client.ping()
        assert process is not None
        assert process.poll() is not None


def test_a_stopped_server_frees_its_port(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path / "valkey")
    server.start()
    port = server.port
    server.stop()
    with socket.create_server((HOST, port)) as successor:
        assert successor.getsockname()[1] == port
