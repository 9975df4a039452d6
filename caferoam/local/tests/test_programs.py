import socket
import time
from pathlib import Path

import pytest
import redis

from caferoam.jobs.discovery import discover_job_types
from caferoam.local.ports import HOST
from caferoam.local.programs import answers_http, awaits_work, beats, programs
from caferoam.local.supabase.standin import JWKS_PATH, SupabaseStandIn
from caferoam.local.valkey import ValkeyServer
from caferoam.pulse import NAMES, Name, Pulse


def test_every_queue_of_the_jobs_is_worked_on() -> None:
    [worker] = [p for p in programs(api_port=1, redis_url="") if p.name == "worker"]
    queues = worker.arguments[worker.arguments.index("--queues") + 1]
    assert {job_type.queue for job_type in discover_job_types().values()} <= set(queues.split(","))


def test_only_the_api_has_the_api_s_rights() -> None:
    logins = {p.name: p.login for p in programs(api_port=1, admin_port=2, redis_url="")}
    assert logins == {"api": "api", "relay": "worker", "worker": "worker", "beat": "worker", "admin": "worker"}


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


def test_only_worker_and_admin_hold_the_key_to_all_of_supabase() -> None:
    started = programs(api_port=1, admin_port=2, redis_url="redis://127.0.0.1:1")
    assert [program.name for program in started if program.with_secret_key] == ["worker", "admin"]
