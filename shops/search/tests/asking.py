"""Searches as the API makes them, with the stub of an embedder."""

from datetime import datetime
from typing import Any

from shops.filters import ShopFilters
from shops.hours.week import TAIPEI
from shops.search import service
from shops.search.query_vectors import QueryVectors
from shops.search.service import PreparedSearch, SearchRequest
from shops.search.tests.embedder import PairEmbedder
from shops.search.vocabulary import vocabularies

ALL = ShopFilters()
NOW = datetime(2026, 11, 23, 13, 7, tzinfo=TAIPEI)
"""A Monday."""


def prepared(text: str, filters: ShopFilters = ALL, **fields: Any) -> PreparedSearch:
    embedder = fields.pop("embedder", None) or PairEmbedder()
    now = fields.pop("now", NOW)
    request = SearchRequest(text=text, filters=filters, limit=fields.pop("limit", 20), **fields)
    return service.prepare(request, vocabulary=vocabularies.load(), vectors=QueryVectors(embedder), now=now)


def search(text: str, filters: ShopFilters = ALL, **fields: Any) -> dict[str, Any]:
    return service.answer(prepared(text, filters, **fields))


def names(answer: dict[str, Any]) -> list[str]:
    return [result["shop"]["name"] for result in answer["results"]]
