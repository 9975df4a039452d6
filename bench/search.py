"""GET /search as a member gets it, against the statement inside it; GET /shops with its counts, against without."""

import http.client
import io
import statistics
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode, urlsplit

import psycopg
from django.core.management import call_command
from django.utils import timezone

from bench.results import Result, in_turn, seconds
from bench.stack import RunningStack
from shops.filters import ShopFilters
from shops.search import service
from shops.search.query_vectors import query_vectors
from shops.search.searched import searched_models
from shops.search.vocabulary import vocabularies

ROUNDS = 12
PAGE_ROUNDS = 50
QUERIES = (
    "有插座可以工作的安靜咖啡廳",
    "不限時 有wifi",
    "大安區適合讀書的咖啡廳",
    "quiet place to work with good wifi",
    "手沖單品咖啡",
    "有貓的咖啡廳，不要太吵",
    "dessert and good music",
    "下午茶 甜點 戶外座位",
    "信義區 深夜 插座",
    "cozy café for reading, no time limit",
)


def search_vs_sql(stack: RunningStack) -> list[Result]:
    """p50 over all queries and rounds, the two in turn. A first round, not counted, caches each query's vector."""
    address = urlsplit(stack.api)
    web = http.client.HTTPConnection(address.hostname or "", address.port)
    token = io.StringIO()
    call_command("dev_token", "bench@example.com", stdout=token)
    headers = {"Authorization": f"Bearer {token.getvalue().strip()}"}
    vocabulary = vocabularies.load()
    searched = searched_models.load()
    vectors = query_vectors(searched.provider, searched.model)
    with psycopg.connect(stack.stack.database_urls["api"], autocommit=True) as database:
        database.execute("SELECT set_config('role', 'authenticated', false)")
        served: list[float] = []
        bare: list[float] = []
        for number in range(ROUNDS + 1):
            for text in QUERIES:
                asked = service.SearchRequest(text=text, filters=ShopFilters(), limit=20)
                sql, parameters = service.prepare(
                    asked,
                    vocabulary=vocabulary,
                    vectors=vectors,
                    now=timezone.now(),
                    calibration=searched.calibration,
                ).statement()
                path = "/search?" + urlencode({"text": text})
                served_s = seconds(partial(_get, web, path, headers))
                bare_s = seconds(partial(_fetch, database, sql, parameters))
                if number:
                    served.append(served_s)
                    bare.append(bare_s)
    ours, baseline = statistics.median(served) * 1000, statistics.median(bare) * 1000
    return [Result("search_vs_sql", ours, "ms", baseline, ours / baseline)]


def facets_vs_page(stack: RunningStack) -> list[Result]:
    """A page of the directory with the counts of all cafés beside it, and the same page without them."""
    address = urlsplit(stack.api)
    web = http.client.HTTPConnection(address.hostname or "", address.port)
    with_facets, without = in_turn(
        partial(_get, web, "/shops?facets=true", {}), partial(_get, web, "/shops", {}), rounds=PAGE_ROUNDS
    )
    return [Result("facets_vs_page", with_facets * 1000, "ms", without * 1000, with_facets / without)]


def _get(web: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> None:
    web.request("GET", path, headers=headers)
    answer = web.getresponse()
    body = answer.read()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path} answered {answer.status}: {body[:300]!r}")


def _fetch(database: psycopg.Connection, sql: str, parameters: Mapping[str, object]) -> None:
    database.execute(sql.encode(), parameters).fetchall()
