"""Vectors of search texts, kept by the exact cleaned text and the model.

Never by similarity: 限時 and 不限時 are neighbours. Callers that miss on the same text at the same time share one call.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future
from functools import cache
from typing import Final

from caferoam.providers.embeddings import Embedder, get_embedder

CAPACITY: Final = 2_000
"""Texts; a vector takes about 20 KB, as Postgres reads it."""


class QueryVectors:
    """The vectors of one model, as the text that Postgres reads. Safe to share between threads."""

    def __init__(self, embedder: Embedder, *, capacity: int = CAPACITY) -> None:
        self._embedder = embedder
        self._capacity = capacity
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._underway: dict[str, Future[str]] = {}

    @property
    def model(self) -> str:
        """Whose vectors these are; those of another model cannot be compared with them."""
        return self._embedder.model

    def of(self, text: str) -> str:
        """The vector of ``text``.

        Raises:
            ProviderUnavailable, ProviderRefused: as the embedder; nothing is kept then.
        """
        with self._lock:
            known = self._kept.get(text)
            if known is not None:
                self._kept.move_to_end(text)
                return known
            underway = self._underway.get(text)
            if underway is None:
                mine: Future[str] = Future()
                self._underway[text] = mine
        if underway is not None:
            return underway.result()
        try:
            literal = "[" + ",".join(f"{value:.9g}" for value in self._embedder.embed([text]).vectors[0].tolist()) + "]"
        except BaseException as exc:
            with self._lock:
                del self._underway[text]
            mine.set_exception(exc)
            raise
        with self._lock:
            del self._underway[text]
            self._kept[text] = literal
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        mine.set_result(literal)
        return literal


@cache
def query_vectors() -> QueryVectors:
    """The process's own, of the configured embedder."""
    return QueryVectors(get_embedder())
