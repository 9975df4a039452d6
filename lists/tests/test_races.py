"""Many requests of one member at the same moment, to a real API over HTTP: the rules hold, and nobody gets a 5xx.

To be sure that they meet, the row that they must lock is held until some of them wait for it.
"""

import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest

from caferoam.api.principal import Principal
from caferoam.local.provision import OWNER
from caferoam.testing.database import database_url
from caferoam.testing.live import Live, eventually
from caferoam.testing.tokens import AUDIENCE, ISSUER, JwksServer, SignToken
from lists.models import ListItem, ShopList
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WITHIN_S = 60
WAITING = 3
"""Of the API's four threads."""

type Call = tuple[str, str, object]
type Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def served(
    tmp_path: Path, token_server: JwksServer, sign_token: SignToken, member: Principal
) -> Iterator[Callable[[list[Call]], list[Answer]]]:
    """Makes calls as the member, all at once; status and body of each."""
    live = Live(tmp_path, settings_module="caferoam.settings")
    try:
        address = urlsplit(
            live.api(SUPABASE_JWKS_URL=token_server.url, SUPABASE_JWT_ISSUER=ISSUER, SUPABASE_JWT_AUDIENCE=AUDIENCE)
        )
        headers = {"Authorization": f"Bearer {sign_token(member)}", "Content-Type": "application/json"}

        def call(asked: Call) -> Answer:
            method, path, body = asked
            web = http.client.HTTPConnection(address.hostname or "", address.port, timeout=WITHIN_S)
            web.request(method, path, None if body is None else json.dumps(body), headers)
            response = web.getresponse()
            content = response.read()
            web.close()
            return response.status, json.loads(content) if content else {}

        def call_all(calls: list[Call]) -> list[Answer]:
            with ThreadPoolExecutor(len(calls)) as threads:
                return [*threads.map(call, calls, timeout=WITHIN_S)]

        yield call_all
    finally:
        live.stop()


type Served = Callable[[list[Call]], list[Answer]]


@contextmanager
def held(row: LiteralString, key: object) -> Iterator[None]:
    """Keep a row locked until some requests wait for it: those of the block, which runs in a thread of its own."""
    with psycopg.connect(database_url(OWNER)) as holder, psycopg.connect(database_url(OWNER), autocommit=True) as watch:
        holder.execute(b"SELECT FROM " + row.encode() + b" WHERE id = %s FOR UPDATE", [key])
        query = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
        with ThreadPoolExecutor(1) as thread:
            waited = thread.submit(
                eventually, lambda: (watch.execute(query).fetchone() or (0,))[0] >= WAITING, within_s=WITHIN_S
            )
            waited.add_done_callback(lambda _: holder.rollback())
            yield
        assert waited.result(), "the requests never met"


def test_two_hundred_new_lists_at_once_are_three(served: Served, member: Principal) -> None:
    with held("profiles", member.user_id):
        answers = served([("POST", "/lists", {"name": f"清單 {number}"}) for number in range(200)])
    assert Counter(status for status, _ in answers) == {201: 3, 400: 197}
    assert {body["code"] for status, body in answers if status == 400} == {"list_cap_reached"}
    assert ShopList.objects.filter(user=member.user_id).count() == 3


def test_one_name_at_once_is_one_list(served: Served, member: Principal) -> None:
    with held("profiles", member.user_id):
        answers = served([("POST", "/lists", {"name": name}) for name in ["週末", "週 末", " 週末 "] * 8])
    assert Counter(status for status, _ in answers) == {201: 1, 400: 23}
    assert {body["code"] for status, body in answers if status == 400} == {"list_name_taken"}


def test_cafes_added_at_once_get_a_place_each_and_the_same_one_only_once(served: Served, member: Principal) -> None:
    kept = ShopList.objects.create(user_id=member.user_id, name="週末", slot=1)
    ids = [make_shop(f"店{number}").id for number in range(12)]
    path = f"/lists/{kept.id}/shops"
    with held("lists", kept.id):
        answers = served([("POST", path, {"shop_id": str(shop_id)}) for shop_id in ids * 3])
    assert Counter(status for status, _ in answers) == {201: 12, 200: 24}
    items = ListItem.objects.filter(list=kept).values_list("shop_id", "position")
    assert {shop_id for shop_id, _ in items} == set(ids)
    assert sorted(position for _, position in items) == [*range(1, 13)]


def test_whatever_is_done_to_a_list_at_once_none_of_it_fails(served: Served, member: Principal) -> None:
    kept = ShopList.objects.create(user_id=member.user_id, name="週末", slot=1)
    ids = [str(make_shop(f"店{number}").id) for number in range(6)]
    path = f"/lists/{kept.id}"
    served([("POST", f"{path}/shops", {"shop_id": shop_id}) for shop_id in ids[:4]])
    round_: list[Call] = [
        ("PATCH", path, {"shop_ids": ids[:4]}),
        ("PATCH", path, {"shop_ids": ids[3::-1], "name": "平日"}),
        ("POST", f"{path}/shops", {"shop_id": ids[4]}),
        ("DELETE", f"{path}/shops/{ids[4]}", None),
        ("DELETE", f"{path}/shops/{ids[0]}", None),
        ("POST", f"{path}/shops", {"shop_id": ids[0], "note": "回來"}),
        ("PATCH", f"{path}/shops/{ids[1]}", {"note": "吵"}),
        ("GET", path, None),
        ("GET", "/lists", None),
        ("POST", "/lists", {"name": "平日"}),
    ]
    with held("lists", kept.id):
        answers = served(round_ * 8)
    assert {status for status, _ in answers} <= {200, 201, 204, 400, 404}
    with held("lists", kept.id):
        answers = served([*round_ * 3, ("DELETE", path, None), *round_ * 3])
    assert {status for status, _ in answers} <= {200, 201, 204, 400, 404}
    assert not ListItem.objects.filter(list=kept).exists()
