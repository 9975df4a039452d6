"""The limits of members and of views, with the real numbers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.api.throttling.scopes import VIEW_SCOPES
from caferoam.api.views import MemberAPIView, PublicAPIView
from caferoam.local.valkey import ValkeyServer
from caferoam.testing.throttling import Limits
from caferoam.testing.tokens import new_member

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as TestResponse

pytestmark = [pytest.mark.urls("caferoam.api.throttling.tests.urls"), pytest.mark.usefixtures("limits")]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

type Bearer = Callable[[Principal], dict[str, str]]
type Ask = Callable[..., "TestResponse"]


@pytest.fixture
def ask(bearer: Bearer) -> Ask:
    """Asks as a member."""
    return lambda path, member, method="post": getattr(Client(), method)(path, headers=bearer(member))


@pytest.fixture
def no_redis(limits: Limits, settings: Settings, tmp_path: Path) -> None:
    """Redis is gone."""
    with ValkeyServer(tmp_path / "valkey") as server:
        settings.REDIS_URL = server.url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scope", "a_minute", "a_day"),
    [
        ("search", 20, None),
        ("uploads", 10, 100),
        ("checkins", 10, 100),
        ("reviews", 10, 100),
        ("reports", 10, 100),
        ("export", None, 5),
        ("deletion", None, 5),
    ],
)
def test_a_member_may_do_so_much_in_each_scope(
    ask: Ask, limits: Limits, scope: str, a_minute: int | None, a_day: int | None
) -> None:
    member, other = new_member(), new_member()
    path = f"/in/{scope}"
    bursts = a_day // (a_minute or a_day) if a_day else 2
    for burst in range(bursts):
        remaining = [ask(path, member)["RateLimit-Remaining"] for _ in range(a_minute or a_day or 0)]
        assert remaining == [str(left) for left in reversed(range(a_minute or a_day or 0))], burst
        refused = ask(path, member)
        assert refused.status_code == 429
        assert refused.json()["code"] == "throttled"
        # Where the day's is used up as well, only waiting for that one helps.
        assert (int(refused["Retry-After"]) > 60) == (a_day is not None and burst == bursts - 1)
        assert refused["RateLimit-Reset"] == refused["Retry-After"]
        limits.pass_time(MINUTE)
    refused = ask(path, member)
    if a_day:
        assert refused.status_code == 429
        assert refused["RateLimit-Limit"] == str(a_day)
        left = DAY - bursts * MINUTE
        assert left - timedelta(minutes=10) <= timedelta(seconds=int(refused["Retry-After"])) <= left
        assert refused["RateLimit-Reset"] == refused["Retry-After"]
    else:
        assert refused.status_code == 200
    assert ask(path, other).status_code == 200, "another member's are another's"
    limits.pass_time(DAY)
    assert ask(path, member).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["unsubscribe", "webhook"])
def test_an_address_may_do_so_much_in_each_scope_whoever_is_signed_in(
    limits: Limits, bearer: Bearer, scope: str
) -> None:
    client, stranger = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    callers = [{}, bearer(new_member()), bearer(new_member())]
    answers = [client.post(f"/in/{scope}", headers=callers[number % 3]).status_code for number in range(61)]
    assert answers == [200] * 60 + [429]
    assert stranger.post(f"/in/{scope}").status_code == 200
    limits.pass_time(MINUTE)
    assert client.post(f"/in/{scope}").status_code == 200


@pytest.mark.slow
def test_a_member_may_ask_120_times_a_minute_wherever_they_are(bearer: Bearer, limits: Limits) -> None:
    member = new_member()
    headers = bearer(member)
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{number}").get("/mine", headers=headers).status_code for number in range(60)
    ]
    answers += [Client().get("/free", headers=headers).status_code for _ in range(60)]
    assert answers == [200] * 120
    refused = Client().get("/mine", headers=headers)
    assert refused.status_code == 429
    assert refused["RateLimit-Limit"] == "120"
    assert Client().get("/mine", headers=bearer(new_member())).status_code == 200
    limits.pass_time(MINUTE)
    assert Client().get("/mine", headers=headers).status_code == 200


def test_the_nearest_limit_is_told(ask: Ask) -> None:
    member = new_member()
    assert ask("/mine", member, "get")["RateLimit-Limit"] == "120"
    told = ask("/in/uploads", member)
    assert [told[f"RateLimit-{name}"] for name in ("Limit", "Remaining")] == ["10", "9"]
    assert 0 < int(told["RateLimit-Reset"]) <= 60
    assert [ask("/in/export", member)["RateLimit-Remaining"] for _ in range(2)] == ["4", "3"]


@pytest.mark.slow
def test_the_nearest_limit_may_be_that_of_the_address(ask: Ask) -> None:
    for _ in range(200):
        Client().get("/free")
    told = ask("/mine", new_member(), "get")
    assert (told["RateLimit-Limit"], told["RateLimit-Remaining"]) == ("300", "99")


def test_a_view_has_a_scope_for_each_method(ask: Ask) -> None:
    member = new_member()
    told = [ask("/mixed", member, method) for method in ("get", "head", "post", "delete")]
    assert [(answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) for answer in told] == [
        ("20", "19"),
        ("20", "18"),
        ("10", "9"),
        ("120", "116"),
    ]


@pytest.mark.slow
def test_who_asks_without_a_token_counts_by_address(limits: Limits) -> None:
    client, stranger = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    assert [client.get("/open-search").status_code for _ in range(21)] == [200] * 20 + [429]
    assert stranger.get("/open-search").status_code == 200


def test_what_a_limit_refuses_does_not_use_up_the_others(ask: Ask) -> None:
    member = new_member()
    for _ in range(15):
        ask("/in/uploads", member)
    assert ask("/mine", member, "get")["RateLimit-Remaining"] == str(120 - 10 - 1)


@pytest.mark.slow
def test_fifty_requests_at_once_are_let_through_as_often_as_the_limit_says(bearer: Bearer) -> None:
    headers = bearer(new_member())
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: Client().post("/in/checkins", headers=headers).status_code, range(50)))
    assert sorted(answers) == [200] * 10 + [429] * 40


@pytest.mark.slow
@pytest.mark.usefixtures("no_redis")
def test_without_redis_each_scope_does_as_the_table_says(ask: Ask) -> None:
    member = new_member()
    told = {scope: ask(f"/in/{scope}", member) for scope in VIEW_SCOPES}
    for scope in ("unsubscribe", "webhook"):
        answer = told.pop(scope)
        assert answer.status_code == 200
        assert "RateLimit-Limit" not in answer
    assert told.keys() == {"search", "uploads", "checkins", "reviews", "reports", "export", "deletion"}
    for refused in told.values():
        assert refused.status_code == 503
        assert refused.json()["code"] == "limits_unavailable"
        assert refused["Retry-After"] == "2"
        assert "RateLimit-Limit" not in refused
    assert ask("/mine", member, "get").status_code == 200
    assert Client().get("/free").status_code == 200
    assert [Client().get("/mine", headers={"Authorization": "Bearer x"}).status_code for _ in range(31)] == [401] * 31


@pytest.mark.parametrize("base", [MemberAPIView, PublicAPIView])
@pytest.mark.parametrize("scope", ["upload", {"GET": "search", "POST": "upload"}, "any", "member"])
def test_a_view_cannot_name_a_scope_that_there_is_not(
    base: type[MemberAPIView | PublicAPIView], scope: str | dict[str, str]
) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"Sloppy\.throttle_scope names no scope: (upload|any|member)\."):
        type("Sloppy", (base,), {"throttle_scope": scope})
