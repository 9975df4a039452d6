"""Alive means alive; ready means that everything a request needs is there."""

import logging
import re
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
import redis
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from caferoam.api import health
from caferoam.api.health import CheckFailedError, Readiness
from caferoam.pulse import NAMES, Pulse
from caferoam.testing.tokens import Issuer, JwksServer, SignToken

pytestmark = pytest.mark.urls("caferoam.api.tests.urls")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets what an earlier test was told, and has time."""
    monkeypatch.setattr(health, "REMEMBER_S", -1.0)
    monkeypatch.setattr(health, "DEADLINE_S", 30.0)


@pytest.fixture
def dead_keys(settings: Settings) -> Iterator[None]:
    with JwksServer(Issuer()) as server:
        server.status = 500
        settings.SUPABASE_JWKS_URL = server.url
        yield


def test_alive_asks_nothing_and_nobody(client: Client) -> None:
    for path in ("/healthz", "/healthz/"):
        response = client.get(path, headers={"Accept": "text/plain", "Authorization": "Bearer junk"})
        assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.fixture
def pulses(settings: Settings) -> Iterator[redis.Redis]:
    """All have just completed a round."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        for name in NAMES:
            with Pulse(settings.REDIS_URL, name) as pulse:
                pulse.beat()
        yield client
        client.flushdb()


@pytest.mark.usefixtures("api_login", "pulses")
class TestReady:
    def test_all_is_well(self, client: Client, sign_token: SignToken) -> None:
        response = client.get("/readyz")
        needed: dict[str, object] = {name: {"ok": True} for name in ("database", "migrations", "redis", "keys")}
        checks = response.json()["checks"]
        said = [checks[name].pop("detail") for name in NAMES]
        assert response.json()["status"] == "ready"
        assert checks == needed | {name: {"ok": True} for name in NAMES}
        assert all(re.fullmatch(r"last round \d+ s ago", detail) for detail in said)
        assert response.status_code == 200

    @pytest.mark.parametrize(
        ("name", "limit_s", "other"), [("relay", 30, "beat"), ("worker", 60, "beat"), ("beat", 60, "relay")]
    )
    def test_while_jobs_have_to_wait_it_is_degraded_but_ready(
        self, *, client: Client, sign_token: SignToken, pulses: redis.Redis, name: str, limit_s: int, other: str
    ) -> None:
        left_ms = pulses.pttl(f"caferoam:pulse:{name}")
        pulses.pexpire(f"caferoam:pulse:{name}", left_ms - (limit_s + 1) * 1000)
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "degraded")
        check = response.json()["checks"][name]
        assert not check["ok"]
        assert limit_s < int(check["detail"].split()[2]) < limit_s + 60
        assert response.json()["checks"][other]["ok"]
        pulses.delete(f"caferoam:pulse:{name}")
        response = client.get("/readyz")
        assert (response.status_code, response.json()["status"]) == (200, "degraded")
        assert response.json()["checks"][name] == {"ok": False, "detail": "no round in the last 10 minutes"}

    def test_what_fails_is_named_and_the_rest_still_told(
        self, client: Client, settings: Settings, dead_keys: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        started = time.monotonic()
        response = client.get("/readyz")
        assert time.monotonic() - started < 15
        assert response.status_code == 503
        assert response["Content-Type"] == "application/problem+json"
        body = response.json()
        assert not [line for line in caplog.records if line.levelno >= logging.ERROR], "a probe is no incident"
        assert body["code"] == "not_ready"
        assert body["detail"] == "redis: it cannot be reached; keys: no key could be loaded"
        silent = {name: {"ok": False, "detail": "unknown: Redis cannot be reached"} for name in NAMES}
        assert body["checks"] == silent | {
            "database": {"ok": True},
            "migrations": {"ok": True},
            "redis": {"ok": False, "detail": "it cannot be reached"},
            "keys": {"ok": False, "detail": "no key could be loaded"},
        }

    def test_a_project_that_signs_with_its_secret_needs_no_keys(self, settings: Settings, dead_keys: None) -> None:
        settings.SUPABASE_JWT_SECRET = "a secret of this project that is long enough"
        health.check_keys()

    @pytest.mark.parametrize("login", ["owner", "worker"])
    def test_a_login_that_passes_by_row_security_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, login: str, request: pytest.FixtureRequest
    ) -> None:
        other: psycopg.Connection = request.getfixturevalue(login)
        monkeypatch.setitem(connection.settings_dict, "USER", other.info.user)
        monkeypatch.setitem(connection.settings_dict, "PASSWORD", other.info.password)
        with pytest.raises(CheckFailedError, match="bypass row security"):
            health.check_database()

    def test_a_database_that_is_gone_is_named_without_its_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        with pytest.raises(CheckFailedError, match=r"^it cannot be reached$"):
            health.check_database()
        with pytest.raises(CheckFailedError, match=r"^they cannot be read$"):
            health.check_migrations()

    def test_the_database_is_asked_with_the_options_of_its_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"sslmode": "require"})
        with pytest.raises(CheckFailedError) as refused:
            health.check_database()
        assert "does not support SSL, but SSL was required" in str(refused.value.__cause__)

    def test_a_migration_that_is_not_applied_is_counted(self, owner: psycopg.Connection) -> None:
        owner.execute("UPDATE django_migrations SET name = name || '?' WHERE app = 'database' AND name LIKE '0002%'")
        try:
            with pytest.raises(CheckFailedError, match=r"^1 are not applied$"):
                health.check_migrations()
        finally:
            owner.execute("UPDATE django_migrations SET name = rtrim(name, '?') WHERE app = 'database'")


class TestReadiness:
    def test_a_check_that_hangs_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "DEADLINE_S", 1.0)
        released = threading.Event()

        def slow() -> None:
            released.wait(30)

        outcome = Readiness({"slow": slow, "quick": lambda: None}).ask()
        released.set()
        assert outcome == {"slow": (False, "no answer within 1 s"), "quick": (True, None)}

    def test_a_check_that_hangs_is_not_started_again_before_it_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "DEADLINE_S", 1.0)
        released = threading.Event()
        asked: list[str] = []
        hung: list[threading.Thread] = []

        def slow() -> str:
            asked.append("slow")
            hung.append(threading.current_thread())
            released.wait(30)
            return "done"

        readiness = Readiness({"slow": slow, "quick": lambda: asked.append("quick")})
        for _ in range(3):
            assert readiness.ask() == {"slow": (False, "no answer within 1 s"), "quick": (True, None)}
        assert sorted(asked) == ["quick", "quick", "quick", "slow"]
        released.set()
        hung[0].join(30)
        monkeypatch.setattr(health, "DEADLINE_S", 30.0)
        assert readiness.ask() == {"slow": (True, "done"), "quick": (True, None)}
        assert asked.count("slow") == 2

    def test_the_outcome_is_remembered_for_a_moment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "REMEMBER_S", 60.0)
        asked: list[int] = []
        readiness = Readiness({"check": lambda: asked.append(1)})
        assert readiness.ask() == readiness.ask() == {"check": (True, None)}
        assert asked == [1]

    def test_a_surprise_in_a_check_is_not_taken_for_a_fault(self) -> None:
        def broken() -> None:
            raise KeyError("x")

        with pytest.raises(KeyError):
            Readiness({"broken": broken}).ask()
