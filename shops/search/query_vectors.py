"""Vectors of search texts, kept by the exact cleaned text and the model.

Never by similarity: 限時 and 不限時 are neighbours. Callers that miss on the same text at the same time share one call,
and only that call costs anything.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.embeddings import DIMENSIONS, Embedded, Embedder, embedder_of
from caferoam.providers.embeddings.protocol import Loadable
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.usage import NOTHING, Usage
from shops.search import metrics
from shops.search.breaker import Breaker, EmbedderRests
from shops.search.spending import Spending, spending

CAPACITY: Final = 2_000
"""Texts; a vector takes about 20 KB, as Postgres reads it."""


class QueryVectors:
    """The vectors of one model, as the text that Postgres reads. Safe to share between threads.

    With ``spending`` every call to the embedder is paid for: it is noted, and none is made beyond the budget.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        capacity: int = CAPACITY,
        spending: Spending | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        metrics.show_zeros()
        self._embedder = embedder
        self._capacity = capacity
        self._spending = spending
        self._breaker = Breaker(clock=clock)
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
            ProviderUnavailable: as the embedder, or it rests after failures, or the budget is used up; nothing is
                kept then.
            ProviderRefused: as the embedder.
        """
        with self._lock:
            known = self._kept.get(text)
            if known is not None:
                self._kept.move_to_end(text)
                metrics.vectors.add("kept")
                return known
            underway = self._underway.get(text)
            if underway is None:
                mine: Future[str] = Future()
                self._underway[text] = mine
        if underway is not None:
            metrics.vectors.add("shared")
            return underway.result()
        try:
            literal = self._ask(text)
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

    def retire(self) -> None:
        """Whoever still has them may go on asking; what is wrong with their embedder is nobody's concern any more."""
        self._breaker.retire()

    def _ask(self, text: str) -> str:
        if self._spending is not None and not self._spending.search_allowed():
            metrics.vectors.add("over_budget")
            raise ProviderUnavailable("The budget for searches is used up.")
        try:
            with self._breaker.asking():
                made = self._embedder.embed([text])
        except EmbedderRests:
            metrics.vectors.add("resting")
            raise
        except (ProviderUnavailable, ProviderRefused) as exc:
            metrics.vectors.add("failed")
            self._note(exc.usage)  # an answer of no use is paid for, too
            raise
        metrics.vectors.add("made")
        self._note(made.usage)
        return "[" + ",".join(f"{value:.9g}" for value in made.vectors[0].tolist()) + "]"

    def _note(self, usage: Usage) -> None:
        if self._spending is not None and usage != NOTHING:
            self._spending.note_search(usage, self._embedder)


class _OutOfReach:
    """Stands for an embedder that this process's settings do not allow: searches go without meaning, and say why."""

    dimensions = DIMENSIONS

    def __init__(self, provider: str, model: str, reason: str) -> None:
        self.provider = provider
        self.model = model
        self._reason = reason

    def embed(self, texts: Sequence[str]) -> Embedded:
        raise ProviderUnavailable(self._reason)


_own_lock: Final = threading.Lock()
_own: Final[dict[tuple[str, str], QueryVectors]] = {}


def query_vectors(provider: str, model: str) -> QueryVectors:
    """The process's own, of this model. Those of the model that was asked for before are dropped."""
    with _own_lock:
        if (provider, model) not in _own:
            made = _made(provider, model)
            for dropped in _own.values():
                dropped.retire()
            _own.clear()
            _own[provider, model] = made
        return _own[provider, model]


def _made(provider: str, model: str) -> QueryVectors:
    try:
        embedder = embedder_of(provider, model)
    except ImproperlyConfigured as exc:
        return QueryVectors(_OutOfReach(provider, model, str(exc)))
    # What runs in this process costs nothing, so the database need not be asked for it.
    return QueryVectors(embedder, spending=None if isinstance(embedder, Loadable) else spending())
