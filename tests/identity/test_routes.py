"""Every route, called by everybody: by its owner, a stranger, nobody, and members who may not at the moment."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

import pytest
from django.http import HttpResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from caferoam.api.principal import Principal
from caferoam.testing.members import join
from caferoam.testing.tokens import new_member
from tests.identity.belongings import Belongings
from tests.identity.routes import ROUTES, Call, Public
from tests.identity.rows import rows_of
from tests.identity.sending import Send
from tests.identity.walking import VERBS, Spelling, spellings
from tests.identity.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("storage_settings")]

CALLS: Final = [(spelling, verb) for spelling in spellings() for verb in spelling.verbs]
MEMBERS: Final = [call for call in CALLS if isinstance(ROUTES.get(f"{call[1]} {call[0].route}"), Call)]
PUBLIC: Final = [call for call in CALLS if isinstance(ROUTES.get(f"{call[1]} {call[0].route}"), Public)]

type Cell = tuple[int, str | None]
"""Status and, for a problem, its code."""


def named(value: Spelling | tuple[Spelling, str]) -> str:
    spelling, verb = value if isinstance(value, tuple) else (value, "")
    return f"{verb} {spelling.pattern}".strip()


def entry(spelling: Spelling, verb: str) -> Call | Public:
    return ROUTES[f"{verb} {spelling.route}"]


def cell(response: Response) -> Cell:
    if response.status_code < 400:
        return response.status_code, None
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content)["code"]


def tell_nothing_of(belongings: Belongings, response: Response) -> None:
    told = response.content.decode()
    found = [trace for trace in belongings.traces if trace in told]
    assert found == [], told


def test_something_is_said_of_every_route() -> None:
    assert {f"{verb} {spelling.route}" for spelling, verb in CALLS} == ROUTES.keys()


def test_every_route_is_written_with_and_without_a_slash() -> None:
    ways: dict[str, set[str]] = {}
    for spelling in spellings():
        ways.setdefault(spelling.route, set()).add(spelling.slash)
    files = {"docs/assets/<str:name>"}
    assert {route for route, slashes in ways.items() if slashes != {"", "/"}} == files


@pytest.mark.parametrize("asked", MEMBERS, ids=named)
def test_what_members_have_is_theirs_alone(
    world: World, hers: Belongings, his: Belongings, send: Send, asked: tuple[Spelling, str]
) -> None:
    spelling, verb = asked
    call = cast("Call", entry(spelling, verb))
    newcomer = join(new_member(), consenting=False)
    leaving, closed = world.settle(), world.settle()
    world.owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [leaving.member.user_id])
    world.owner.execute("UPDATE profiles SET deactivated_at = now() WHERE id = %s", [closed.member.user_id])
    an_hour_ago = int(time.time()) - 3600
    before = rows_of(world, hers)
    callers: dict[str, tuple[Belongings, Principal | None, dict[str, object]]] = {
        "anonymous": (hers, None, {}),
        "expired": (hers, hers.member, {"iat": an_hour_ago - 3600, "exp": an_hour_ago}),
        "guest": (hers, hers.member, {"is_anonymous": True}),
        "newcomer": (hers, newcomer, {}),
        "leaving": (leaving, leaving.member, {}),
        "closed": (closed, closed.member, {}),
        "stranger": (hers, his.member, {}),
    }
    found: dict[str, Cell] = {}
    for caller, (of, who, claims) in callers.items():
        own_before = rows_of(world, of)
        response = send(call, verb, slash=spelling.slash, of=of, who=who, claims=claims)
        found[caller] = cell(response)
        tell_nothing_of(hers, response)
        assert rows_of(world, hers) == before, f"what {caller} sent has changed what is hers"
        if response.status_code >= 400:
            assert rows_of(world, of) == own_before, f"{caller} was refused, and has changed something all the same"
        if response.status_code == 401:
            assert response["WWW-Authenticate"].startswith("Bearer ")
        assert response["Cache-Control"] == "private, no-store"
        assert {"Authorization", "Origin"} <= set(response["Vary"].split(", "))

    refused: dict[str, Cell] = {
        "anonymous": (401, "not_authenticated"),
        "expired": (401, "invalid_token"),
        "guest": (403, "anonymous_not_allowed"),
        "newcomer": (403, "consent_required"),
        "leaving": (403, "deletion_pending"),
        "closed": (403, "deactivated"),
    }
    meant = {caller: call.admits.get(caller, status) for caller, (status, _) in refused.items()}
    assert {caller: status for caller, (status, _) in found.items()} == {**meant, "stranger": call.stranger}
    codes = {caller: told for caller, told in found.items() if caller in refused and caller not in call.admits}
    assert codes == {caller: refused[caller] for caller in codes}
    if call.stranger == 404:
        assert found["stranger"] == (404, "not_found")

    response = send(call, verb, slash=spelling.slash, of=hers, who=hers.member)
    assert response.status_code == call.owner, response.content
    if call.shows:
        assert str(call.shows(hers)) in response.content.decode(), "the answer is not about what is hers"


@pytest.mark.parametrize("asked", PUBLIC, ids=named)
def test_what_is_public_is_the_same_for_all_and_refuses_bad_tokens(
    hers: Belongings, send: Send, asked: tuple[Spelling, str]
) -> None:
    spelling, verb = asked
    call = cast("Public", entry(spelling, verb))
    an_hour_ago = int(time.time()) - 3600
    newcomer = join(new_member(), consenting=False)
    callers: dict[str, tuple[Principal | None, dict[str, object]]] = {
        "anonymous": (None, {}),
        "member": (hers.member, {}),
        "guest": (hers.member, {"is_anonymous": True}),
        "newcomer": (newcomer, {}),
        "expired": (hers.member, {"iat": an_hour_ago - 3600, "exp": an_hour_ago}),
    }
    answers = {
        caller: send(call, verb, slash=spelling.slash, of=hers, who=who, claims=claims)
        for caller, (who, claims) in callers.items()
    }
    assert {caller: cell(answer) for caller, answer in answers.items()} == {
        **dict.fromkeys(callers, call.answer),
        "expired": call.answer if call.ignores_tokens else (401, "invalid_token"),
    }
    for answer in answers.values():
        tell_nothing_of(hers, answer)


@pytest.mark.parametrize("spelling", spellings(), ids=named)
def test_other_verbs_are_nobodys(hers: Belongings, send: Send, spelling: Spelling) -> None:
    own = spelling.verbs
    (known, *_) = [entry(spelling, verb) for verb in own]
    for verb in [verb for verb in VERBS if verb not in own]:
        call = Public(known.path)
        assert send(call, verb, slash=spelling.slash, of=hers, who=hers.member).status_code == 405, verb
        anonymous = send(call, verb, slash=spelling.slash, of=hers, who=None)
        assert anonymous.status_code == (401 if isinstance(known, Call) else 405), verb


def test_a_route_that_nobody_thought_of_would_be_found() -> None:
    class Forgotten(APIView):
        def get(self, request: object) -> Response:
            return Response({})

    with planted(path("forgotten", Forgotten.as_view())):
        assert "GET forgotten" not in ROUTES
        assert [spelling.route for spelling in spellings()].count("forgotten") == 1
    with planted(path("plain", lambda _request: HttpResponse())), pytest.raises(TypeError, match="plain"):
        spellings()


@contextmanager
def planted(route: object) -> Iterator[None]:
    from caferoam import urls  # noqa: PLC0415 - the URLconf itself is what a route is added to

    urls.urlpatterns.insert(0, route)  # type: ignore[arg-type] # a pattern, as path() makes it
    try:
        yield
    finally:
        urls.urlpatterns.remove(route)  # type: ignore[arg-type] # likewise
