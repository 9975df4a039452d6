"""The limits of addresses, through the whole of the middleware, with the real numbers."""

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.api.throttling.judging import judge
from caferoam.api.throttling.scopes import ANY
from caferoam.testing.throttling import Limits
from caferoam.testing.tokens import new_member

pytestmark = [pytest.mark.urls("caferoam.api.throttling.tests.urls"), pytest.mark.usefixtures("limits")]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BAD = {"Authorization": "Bearer nonsense"}

type Bearer = Callable[[Principal], dict[str, str]]


@pytest.fixture
def client() -> Client:
    return Client(REMOTE_ADDR="192.0.2.1")


@pytest.fixture
def stranger() -> Client:
    """At another address."""
    return Client(REMOTE_ADDR="192.0.2.2")


def statuses(client: Client, times: int, path: str = "/free", headers: dict[str, str] | None = None) -> list[int]:
    return [client.get(path, headers=headers or {}).status_code for _ in range(times)]


@pytest.mark.slow
def test_an_address_may_ask_300_times_a_minute_and_then_waits(client: Client, stranger: Client, limits: Limits) -> None:
    assert set(statuses(client, 300)) == {200}
    refused = client.get("/free")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.json()["code"] == "throttled"
    assert refused.json()["detail"] == f"Too many requests. Try again in {refused['Retry-After']} seconds."
    assert stranger.get("/free").status_code == 200
    limits.pass_time(MINUTE)
    assert client.get("/free").status_code == 200


@pytest.mark.slow
def test_an_address_may_ask_3_000_times_an_hour(client: Client, limits: Limits) -> None:
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/free")
    for _ in range(10):
        for _ in range(300):
            judge(request, [ANY])
        limits.pass_time(MINUTE)
    refused = client.get("/free")
    assert refused.status_code == 429
    assert 2_400 <= int(refused["Retry-After"]) <= 3_000, "ten of its sixty minutes have passed"
    assert refused["RateLimit-Limit"] == "3000"
    limits.pass_time(HOUR - 10 * MINUTE)
    assert client.get("/free").status_code == 200


def test_every_answer_says_how_much_is_left(client: Client) -> None:
    told = [client.get(path) for path in ("/free", "/nowhere", "/mine", "/%zz", "/free?x=1")]
    assert [answer.status_code for answer in told] == [200, 404, 401, 400, 200]
    assert [answer["RateLimit-Limit"] for answer in told] == ["300"] * 5
    assert [answer["RateLimit-Remaining"] for answer in told] == ["299", "298", "297", "296", "295"]
    assert all(0 < int(answer["RateLimit-Reset"]) <= 60 for answer in told)
    assert not any("Retry-After" in answer for answer in told)


@pytest.mark.slow
def test_whatever_is_asked_counts_for_the_address(client: Client) -> None:
    for path in ("/free", "/nowhere", "/%zz"):
        statuses(client, 100, path)
    assert statuses(client, 1) == [429]
    assert client.post("/nowhere").status_code == 429


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/metrics"])
def test_those_who_watch_are_never_refused_nor_counted(client: Client, path: str, limits: Limits) -> None:
    assert set(statuses(client, 301, path)) == {200}
    assert "RateLimit-Limit" not in client.get(path)
    assert limits.keys() == []


@pytest.mark.slow
def test_what_a_client_writes_into_x_forwarded_for_makes_nobody_new(client: Client, settings: Settings) -> None:
    settings.NUM_PROXIES = 1
    claims = [f"198.51.100.{number % 256}, 203.0.113.9" for number in range(301)]
    answers = [client.get("/free", headers={"X-Forwarded-For": claim}).status_code for claim in claims]
    assert answers == [200] * 300 + [429]
    assert client.get("/free", headers={"X-Forwarded-For": "203.0.113.9, 203.0.113.10"}).status_code == 200


@pytest.mark.slow
def test_a_network_of_ipv6_is_one_address(client: Client) -> None:
    answers = [client.get("/free", REMOTE_ADDR=f"2001:db8:1:2:{number:x}::1").status_code for number in range(301)]
    assert answers == [200] * 300 + [429]
    assert client.get("/free", REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


@pytest.mark.slow
def test_thirty_bad_tokens_a_minute_are_told_so_and_no_more(
    client: Client, stranger: Client, limits: Limits, bearer: Bearer
) -> None:
    assert statuses(client, 30, "/mine", BAD) == [401] * 30
    refused = client.get("/mine", headers=BAD)
    assert refused.status_code == 429
    assert refused.json()["code"] == "throttled"
    assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("30", "0")
    assert refused["RateLimit-Reset"] == refused["Retry-After"]
    assert statuses(client, 1, "/free", BAD) == [429], "on public routes as well"
    assert statuses(stranger, 1, "/mine", BAD) == [401]
    # Behind the same address are others.
    assert statuses(client, 1, "/mine", bearer(new_member())) == [200]
    assert statuses(client, 1) == [200]
    limits.pass_time(MINUTE)
    assert statuses(client, 1, "/mine", BAD) == [401]


@pytest.mark.slow
def test_no_token_is_no_bad_one(client: Client) -> None:
    assert set(statuses(client, 40, "/mine")) == {401}


@pytest.mark.slow
def test_fifty_bad_tokens_at_once_are_not_more_than_thirty() -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: Client().get("/mine", headers=BAD).status_code, range(50)))
    assert sorted(answers) == [401] * 30 + [429] * 20


@pytest.mark.slow
def test_an_address_is_judged_before_its_token_is_read(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert client.get("/mine", headers=BAD).status_code == 401
    assert "A token was refused" in caplog.text
    statuses(client, 299)
    caplog.clear()
    refused = client.get("/mine", headers=BAD)
    assert (refused.status_code, refused["RateLimit-Limit"]) == (429, "300")
    assert "A token was refused" not in caplog.text


@pytest.mark.slow
def test_a_refusal_is_an_answer_like_any_other(client: Client) -> None:
    statuses(client, 300)
    refused = client.get("/free", headers={"X-Request-ID": "request-12345678"})
    assert refused["X-Request-ID"] == refused.json()["instance"] == "request-12345678"
    assert refused["Cache-Control"] == "private, no-store"
    assert refused["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert refused["X-Content-Type-Options"] == "nosniff"
    assert int(refused["Content-Length"]) == len(refused.content)


def test_a_request_costs_one_round_trip_for_its_address_and_one_for_its_member(
    client: Client, bearer: Bearer, settings: Settings
) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as server:

        def scripts_run_by(path: str, headers: dict[str, str]) -> int:
            before = int(server.info("commandstats")["cmdstat_evalsha"]["calls"])
            client.get(path, headers=headers)
            return int(server.info("commandstats")["cmdstat_evalsha"]["calls"]) - before

        client.get("/free")
        assert scripts_run_by("/free", {}) == 1
        assert scripts_run_by("/mixed", bearer(new_member())) == 2
        assert scripts_run_by("/mine", BAD) == 2
        assert scripts_run_by("/healthz", {}) == 0


def test_counters_tell_nobody_s_name_and_all_of_them_end(
    client: Client, bearer: Bearer, limits: Limits, settings: Settings
) -> None:
    member = new_member()
    client.post("/mixed", headers=bearer(member))
    client.get("/mine", headers=BAD)
    names = limits.keys()
    assert len(names) == 2 + 1 + 2 + 1, "any twice, member, uploads twice, failed authentication"
    assert not [name for name in names if "192.0.2" in name or str(member.user_id) in name]
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        assert all(0 < server.ttl(name) <= 24 * 3_600 for name in names)
    settings.SECRET_KEY = "another one, with which the same address has another name"
    assert client.get("/free")["RateLimit-Remaining"] == "299"


def test_limits_can_be_scaled_and_turned_off(client: Client, settings: Settings, limits: Limits) -> None:
    settings.THROTTLE_SCALE = 100
    assert client.get("/free")["RateLimit-Limit"] == "30000"
    limits.forget()
    settings.THROTTLE_SCALE = 0
    assert "RateLimit-Limit" not in client.get("/free")
    assert limits.keys() == []
    assert json.loads(client.get("/free").content) == "done"
