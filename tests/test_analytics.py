"""What members do is counted at PostHog, and nothing that is theirs gets there; nobody waits for it."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from accounts import consent
from accounts.uploads.tests.making import MENU_PHOTO, arrived
from caferoam.api.principal import Principal
from caferoam.providers.analytics import close_analytics
from caferoam.testing.database import ApiClient
from caferoam.testing.jobs import drain
from caferoam.testing.live import Live
from caferoam.testing.posthog import API_KEY, PostHogStub, hand_over
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import AUDIENCE, ISSUER, JwksServer
from caferoam.testing.vendors import Silence
from digest.editions import send_now
from digest.models import Edition
from digest.tests.making import make_edition, subscribe
from shops.models import Shop
from shops.search.vocabulary import vocabularies
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy
from shops.tests.making import make_shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

type Bearer = Callable[[Principal], dict[str, str]]
type Send = Callable[..., Any]


@pytest.fixture
def shop(transactional_db: None) -> Iterator[Shop]:
    """A live café, and a taxonomy to find it by."""
    load_taxonomy(file_definitions())
    vocabularies.forget()
    yield make_shop("學校咖啡館", {"quiet": 0.9}, city="台北市", district="大安區")
    vocabularies.forget()


@pytest.fixture
def send(api: ApiClient, bearer: Bearer, member: Principal) -> Send:
    """Asks as ``member``, or ``by`` another; gives the status and the body."""

    def ask(method: str, path: str, body: object = None, *, by: Principal | None = None, **headers: str) -> Any:
        sent = api.generic(
            method,
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=bearer(by or member) | headers,
        )
        return sent.status_code, sent.json() if sent.content else None

    return ask


def told(stub: PostHogStub) -> list[tuple[str, dict[str, Any]]]:
    """The events that were sent, with what is ours of them."""
    hand_over()
    return [
        (event["event"], {name: value for name, value in event["properties"].items() if name[0] != "$"})
        for event in stub.events
    ]


def test_a_search_is_told_by_numbers(send: Send, shop: Shop, posthog_stub: PostHogStub) -> None:
    text = "/search?text=大安區安靜不要限時可以工作的秘密基地"
    status, answer = send("GET", text)
    assert (status, answer["total"]) == (200, 1)
    ((name, properties),) = told(posthog_stub)
    took = properties.pop("took")
    assert name == "search"
    assert took in {"under 50 ms", "50 to 200 ms", "200 ms to 1 s", "1 s or more"}
    assert properties == {
        "results": "1",
        "wanted": len(answer["understood"]["wanted"]),
        "avoided": 1,
        "mode": answer["understood"]["mode"] or "any",
        "has_place": True,
        "is_degraded": False,
        "is_first_page": True,
    }
    assert properties["wanted"] >= 2
    assert send("GET", "/search?text=")[0] == 400
    assert len(told(posthog_stub)) == 1, "what was refused did not happen"


def test_a_life_as_a_member_is_told_without_anything_of_the_member(
    *,
    send: Send,
    shop: Shop,
    member: Principal,
    newcomer: Principal,
    storage_stub: StorageStub,
    posthog_stub: PostHogStub,
) -> None:
    yes = {"consent_version": consent.VERSION, "locale": "en", "email_opt_in": True}
    assert [send("POST", "/auth/callback", yes, by=newcomer)[0] for _ in range(2)] == [201, 200]
    photos = [str(arrived(storage_stub, member).id) for _ in range(2)]
    menu = str(arrived(storage_stub, member, MENU_PHOTO).id)
    visit = {"shop_id": str(shop.id), "upload_ids": photos, "menu_upload_id": menu, "note": "sesame 靠窗"}
    key = str(uuid4())
    assert [send("POST", "/checkins", visit, **{"Idempotency-Key": key})[0] for _ in range(2)] == [201, 201]
    status, kept = send("POST", "/lists", {"name": "sesame 想去"})
    assert status == 201
    item = {"shop_id": str(shop.id), "note": "sesame"}
    assert [send("POST", f"/lists/{kept['id']}/shops", item)[0] for _ in range(2)] == [201, 200]
    assert told(posthog_stub) == [
        ("sign_up", {"language": "en", "wants_weekly_email": True}),
        ("check_in", {"photos": 2, "has_menu_photo": True, "has_note": True}),
        ("list_created", {}),
        ("shop_listed", {"has_note": True}),
    ]
    sent = b"".join(asked.body for asked in posthog_stub.asked).decode()
    personal = [member.user_id, member.email, newcomer.user_id, newcomer.email, shop.id, kept["id"], key, "sesame"]
    assert [str(value) for value in (*personal, *photos, menu) if str(value) in sent] == []


def test_what_is_rolled_back_is_not_told(send: Send, shop: Shop, posthog_stub: PostHogStub) -> None:
    for name in ("一", "二", "三"):
        assert send("POST", "/lists", {"name": name})[0] == 201
    assert send("POST", "/lists", {"name": "四"})[0] == 400
    assert len(told(posthog_stub)) == 3


def test_an_edition_that_has_gone_out_is_told_once(
    new_members: Callable[[int], list[Principal]], posthog_stub: PostHogStub
) -> None:
    subscribe(*new_members(3))
    edition = make_edition()
    send_now(edition.pk)
    drain(["weekly_email"])
    Edition.objects.get(pk=edition.pk, status="sent")
    assert told(posthog_stub) == [("digest_sent", {"recipients": 3, "is_automatic": False})]


def test_requests_are_as_fast_while_posthog_is_silent(send: Send, shop: Shop, posthog_stub: PostHogStub) -> None:
    answers = posthog_stub.respond
    times: dict[bool, list[float]] = {False: [], True: []}
    for silent in (False, True) * 4:  # in turns: what else the machine does slows both alike
        posthog_stub.respond = (lambda _asked: Silence()) if silent else answers
        close_analytics()
        send("GET", "/search?text=安靜")
        for _ in range(10):
            began = time.perf_counter()
            assert send("GET", "/search?text=安靜")[0] == 200
            times[silent].append(time.perf_counter() - began)
    assert statistics.median(times[True]) < 2 * statistics.median(times[False])


def test_an_api_that_is_stopped_sends_what_it_has_queued(
    newcomer: Principal, bearer: Bearer, token_server: JwksServer, posthog_stub: PostHogStub, tmp_path: Path
) -> None:
    live = Live(tmp_path, settings_module="caferoam.settings")
    try:
        url = live.api(
            SUPABASE_JWKS_URL=token_server.url,
            SUPABASE_JWT_ISSUER=ISSUER,
            SUPABASE_JWT_AUDIENCE=AUDIENCE,
            ANALYTICS_PROVIDER="posthog",
            POSTHOG_API_KEY=API_KEY,
            POSTHOG_HOST=posthog_stub.url,
        )
        body = {"consent_version": consent.VERSION, "locale": "zh-TW"}
        answer = httpx.post(f"{url}/auth/callback", json=body, headers=bearer(newcomer))
        assert answer.status_code == 201
        live.terminate()
    finally:
        live.stop()
    assert [event["event"] for event in posthog_stub.events] == ["sign_up"]
