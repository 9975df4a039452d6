"""The words that search understands: the taxonomy's, and the names of the areas in which there are cafés.

Both live in tables and change while processes run, so they are read again every few seconds; the matcher is built anew
only when the rows differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from caferoam.text.matching import Matcher
from caferoam.text.taxonomy import TagDefinition, tag_terms
from shops.models import ShopSearch
from shops.search.areas import Area, area_terms
from shops.search.kept import Kept
from shops.taxonomy import load_definitions


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


class VocabularyCache(Kept[Vocabulary]):
    """The words that this process read last."""

    def read(self, before: Vocabulary | None) -> Vocabulary:
        """Two small statements."""
        definitions = load_definitions()
        rows = ShopSearch.objects.filter(live=True).order_by().values_list("city", "district").distinct()
        areas = frozenset(Area(city, district) for city, district in rows if city)
        if before is None or before.areas != areas or [*before.tags.values()] != definitions:
            return Vocabulary.of(definitions, areas)
        return before


vocabularies: Final = VocabularyCache()
"""The process's own."""
