import socket
import sys
import time
from pathlib import Path

import pytest
import redis

from caferoam.local.ports import HOST
from caferoam.local.programs import answers_http, awaits_work, beats, programs
from caferoam.local.supabase.standin import JWKS_PATH, SupabaseStandIn
from caferoam.local.valkey import ValkeyServer
from caferoam.processes import PROCESSES, process
from caferoam.pulse import NAMES, Name, Pulse


def test_programs_are_those_of_the_table_on_this_interpreter_and_the_loopback_address() -> None:
    started = {p.name: p for p in programs(api_port=4242, admin_port=2, redis_url="")}
    table = [each for each in PROCESSES if each.image == "python" and not each.runs_once]
    assert list(started) == [each.name for each in table]
    for each in table:
        program = started[each.name]
        assert (program.login, program.with_secret_key) == (each.login, each.has_secret_key)
        assert program.command[0] == sys.executable
        assert set(each.command(port=4242, host=HOST)[1:]) - {"4242"} <= set(program.command)
    assert started["api"].command[started["api"].command.index("--port") + 1] == "4242"
    assert "admin" not in {p.name for p in programs(api_port=1, redis_url="")}


def test_people_wait_for_a_worker_for_less_time_than_a_platform_does() -> None:
    [worker] = [p for p in programs(api_port=1, redis_url="") if p.name == "worker"]
    assert worker.variables["JOBS_STOP_GRACE"] == str(worker.grace_s)
    assert worker.grace_s < process("worker").grace_s


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_relay_and_beat_are_ready_once_they_have_a_pulse_of_this_run(tmp_path: Path, name: Name) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        assert not beats(server.url, name, since=0)
        with Pulse(server.url, name) as pulse:
            pulse.beat()
        assert beats(server.url, name, since=0)
        assert not beats(server.url, name, since=time.monotonic())
    assert not beats(server.url, name, since=0)


@pytest.mark.slow
def test_of_a_server_that_takes_the_call_and_says_nothing_no_worker_is_known() -> None:
    with socket.create_server((HOST, 0)) as silent:
        assert not awaits_work(f"redis://{HOST}:{silent.getsockname()[1]}/0")


@pytest.mark.slow
def test_a_worker_is_ready_once_it_blocks_on_its_queues(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as server, redis.Redis.from_url(server.url) as client:
        assert not awaits_work(server.url)
        connection = client.connection_pool.get_connection()
        connection.send_command("BRPOP", "llm", 30)
        client.ping()  # the server has read what was sent before
        assert awaits_work(server.url)
        connection.disconnect()
    assert not awaits_work(server.url)


def test_an_address_answers_only_with_200(standin: SupabaseStandIn) -> None:
    assert answers_http(standin.url + JWKS_PATH)
    assert not answers_http(standin.url + "/elsewhere")
    standin.stop()
    assert not answers_http(standin.url + JWKS_PATH)
