"""GET /lists as a member gets it, against the statements inside it."""

import io
import statistics
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from django.core.management import call_command

from bench.load import Connect, http_get, per_second
from bench.results import Result
from bench.settle import until_idle
from bench.stack import RunningStack
from caferoam.api.identity import binding
from caferoam.api.principal import Principal
from caferoam.local.members import find_or_make_user
from lists.models import LISTS_PER_MEMBER
from lists.reading import PAGE_MAX, statement

EMAIL = "lists@example.com"
SHOPS_EACH = 20
CROWDS = (1, 8)
ROUNDS = 5
ROUND_S = 2.0

_LISTS = """
WITH listed AS (
    INSERT INTO shops (name, status, city, district, latitude, longitude, rating)
    SELECT '長長的巷子咖啡 ' || n, 'live', '台北市', '大安區', 25.03, 121.54, 4.5 FROM generate_series(1, %(each)s) AS n
    RETURNING id
), pictured AS (
    INSERT INTO shop_photos (shop_id, path, width, height) SELECT id, 'bench/' || id || '.jpg', 800, 600 FROM listed
), kept AS (
    INSERT INTO lists (user_id, name) SELECT %(owner)s, n::text FROM generate_series(1, %(lists)s) AS n RETURNING id
)
INSERT INTO list_items (list_id, shop_id, position, note)
SELECT kept.id, listed.id, row_number() OVER (PARTITION BY kept.id), '靠窗的位子有插座' FROM kept, listed
"""


def lists_vs_sql(stack: RunningStack) -> list[Result]:
    """Requests a second of each size of crowd: the median of rounds in which all sides had their turn."""
    token = io.StringIO()
    call_command("dev_token", EMAIL, stdout=token)
    served = http_get(f"{stack.api}/lists", {"Authorization": f"Bearer {token.getvalue().strip()}"})
    bare = http_get(f"{stack.api}/healthz", {})
    sql = _statements(stack.stack.database_urls["api"], owner=_with_lists(stack))
    results = []
    for clients in CROWDS:
        rates: list[tuple[float, ...]] = [
            tuple(per_second(side, clients=clients, for_s=ROUND_S) for side in (served, sql, bare))
            for _ in range(ROUNDS)
        ]
        ours, baseline, floor = (statistics.median(side) for side in zip(*rates, strict=True))
        results += [
            Result(f"lists_vs_sql_{clients}", ours, "/s", baseline, ours / baseline),
            Result(f"lists_vs_healthz_{clients}", ours, "/s", floor, ours / floor),
        ]
    return results


def _with_lists(stack: RunningStack) -> UUID:
    """The member, who keeps as many lists as one may."""
    with psycopg.connect(stack.stack.database_urls["worker"]) as database:
        owner = find_or_make_user(database.cursor(), EMAIL)
        values = {"owner": owner, "lists": LISTS_PER_MEMBER, "each": SHOPS_EACH}
        database.execute(_LISTS, values)
    until_idle(stack)  # new cafés are described first
    with psycopg.connect(stack.stack.database_urls["owner"], autocommit=True) as database:
        database.execute("ANALYZE lists, list_items, shops, shop_photos")
    return owner


def _statements(url: str, *, owner: UUID) -> Connect:
    """The transaction of GET /lists, by psycopg as it comes."""
    bind = binding(Principal(user_id=owner, session_id=uuid.uuid4(), aal="aal1", email=EMAIL))
    select = statement(owner=owner, limit=PAGE_MAX)

    def connect() -> Callable[[], object]:
        database = psycopg.connect(url, autocommit=True)

        def run() -> None:
            with database.transaction():
                _fetched(database, *bind)
                _fetched(database, *select)

        return run

    return connect


def _fetched(database: psycopg.Connection, sql: str, values: Any) -> None:
    database.execute(sql.encode(), values).fetchall()
