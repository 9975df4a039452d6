from pathlib import Path

import psycopg
import pytest
import redis

from caferoam.jobs.doorbell import HEARTBEAT_KEY, Pulse
from caferoam.local.ports import HOST, free_port
from caferoam.local.postgres import PostgresServer
from caferoam.local.programs import RELAY_PULSE, answers_http, awaits_work, has_pulse, has_session, programs
from caferoam.local.standin import JWKS_PATH, SupabaseStandIn
from caferoam.local.tokens import SigningKey
from caferoam.local.valkey import ValkeyServer


def test_every_queue_of_the_jobs_is_worked_on() -> None:
    [worker] = [p for p in programs(api_port=1, admin_dsn="", redis_url="") if p.name == "worker"]
    assert "default,llm,embedding,maintenance" in worker.arguments


def test_only_the_api_has_the_api_s_rights() -> None:
    logins = {p.name: p.login for p in programs(api_port=1, admin_dsn="", redis_url="")}
    assert logins == {"api": "api", "relay": "worker", "worker": "worker", "beat": "worker"}


def test_the_relay_s_pulse_is_looked_for_under_its_name() -> None:
    assert RELAY_PULSE == HEARTBEAT_KEY


@pytest.mark.slow
def test_a_relay_is_ready_once_it_has_a_pulse(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        assert not has_pulse(server.url)
        pulse = Pulse(server.url)
        pulse.beat()
        assert has_pulse(server.url)
        pulse.close()


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


@pytest.mark.slow
def test_beat_is_ready_once_it_has_a_database_session(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "postgres", durable=False) as server:
        assert not has_session(server.dsn(), "caferoam beat")
        with psycopg.connect(server.dsn(), application_name="caferoam beat"):
            assert has_session(server.dsn(), "caferoam beat")
    assert not has_session(f"postgresql://nobody@{HOST}:{free_port()}/none", "caferoam beat")


def test_an_address_answers_only_with_200() -> None:
    with SupabaseStandIn(SigningKey.generate()) as standin:
        assert answers_http(standin.url + JWKS_PATH)
        assert not answers_http(standin.url + "/elsewhere")
    assert not answers_http(standin.url + JWKS_PATH)
