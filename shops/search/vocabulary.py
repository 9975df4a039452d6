"""The words that search understands: the taxonomy's, and the names of the areas in which there are cafés.

Both live in tables and change while processes run. Each process keeps what it read for some seconds, so that a request
usually asks the database nothing about words; the matcher is built anew only when the rows differ. When they are due,
one request reads them again while the others go on with what was read before.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from caferoam.text.matching import Matcher
from caferoam.text.taxonomy import TagDefinition, tag_terms
from shops.models import ShopSearch
from shops.search.areas import Area, area_terms
from shops.taxonomy import load_definitions

KEPT_FOR: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """An immutable set of words, with the tags they stand for."""

    tags: Mapping[str, TagDefinition]
    by_number: Mapping[int, TagDefinition]
    areas: frozenset[Area]
    matcher: Matcher

    @classmethod
    def of(cls, definitions: Iterable[TagDefinition], areas: Iterable[Area]) -> "Vocabulary":
        """The vocabulary of these tags and districts."""
        tags = {definition.id: definition for definition in definitions}
        districts = frozenset(area for area in areas if area.city)
        return cls(
            tags=tags,
            by_number={definition.number: definition for definition in tags.values()},
            areas=districts,
            # Areas first: at one and the same surface a district wins over a word that is to be ignored.
            matcher=Matcher([*area_terms(districts), *tag_terms(tags.values())]),
        )


class VocabularyCache:
    """What this process read last, for all its threads."""

    def __init__(self, *, kept_for: timedelta = KEPT_FOR, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_for_s = kept_for.total_seconds()
        self._clock = clock
        self._read: tuple[float, Vocabulary] | None = None
        self._reading = threading.Lock()

    def current(self, bound: Callable[[], AbstractContextManager[object]] = nullcontext) -> Vocabulary:
        """The vocabulary, read again if it is due, within ``bound()``.

        One thread reads at a time. Others wait for it only if there is nothing yet that they could use.
        """
        if vocabulary := self.fresh():
            return vocabulary
        if known := self._read:
            if not self._reading.acquire(blocking=False):
                return known[1]
        else:
            self._reading.acquire()
        try:
            if vocabulary := self.fresh():  # read by the one that was waited for
                return vocabulary
            with bound():
                return self.load()
        finally:
            self._reading.release()

    def fresh(self) -> Vocabulary | None:
        """The vocabulary, unless it was never read or too long ago. Asks nobody."""
        known = self._read  # looked at once: another thread may forget it
        if known is None or self._clock() - known[0] >= self._kept_for_s:
            return None
        return known[1]

    def load(self) -> Vocabulary:
        """Read it from the database: two small statements, which see what the caller may see."""
        definitions = load_definitions()
        rows = ShopSearch.objects.filter(live=True).order_by().values_list("city", "district").distinct()
        areas = frozenset(Area(city, district) for city, district in rows if city)
        before = self._read
        known = before[1] if before else None
        if known is None or known.areas != areas or [*known.tags.values()] != definitions:
            known = Vocabulary.of(definitions, areas)
        self._read = (self._clock(), known)
        return known

    def forget(self) -> None:
        """Let the next request read the tables again."""
        self._read = None


vocabularies: Final = VocabularyCache()
"""The process's own."""
