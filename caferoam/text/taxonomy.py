"""A tag as text understanding sees it: search, the tagger and the prompt of a language model all start from this."""

from collections.abc import Iterable
from dataclasses import dataclass

from caferoam.text.lookalikes import LOOKALIKES
from caferoam.text.matching import IGNORED, Term

TAG = "tag"
"""Kind of a term that names a tag: in a query it is wanted, or avoided where negated."""

AVOIDED_TAG = "avoided_tag"
"""Kind of a term from ``avoid_aliases``: in a query it counts only where negated, in a review it reports its tag."""


@dataclass(frozen=True, slots=True)
class TagDefinition:
    """One tag of the taxonomy. ``complement`` is the id of the tag that is meant when this one is denied."""

    id: str
    number: int
    dimension: str
    label: str
    label_zh: str
    aliases: tuple[str, ...] = ()
    complement: str | None = None
    avoid_aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every surface that names the tag: its labels and aliases, without the words that only avoid it."""
        return (self.label, self.label_zh, *self.aliases)


def tag_terms(definitions: Iterable[TagDefinition]) -> list[Term]:
    """The terms for a :class:`~caferoam.text.matching.Matcher` of these tags; a match's ``key`` is the tag's id.

    The words that merely look like an alias come along, so that they are not taken for one.
    """
    terms = [Term(surface, IGNORED, surface) for surface in LOOKALIKES]
    for definition in definitions:
        terms += [Term(name, TAG, definition.id) for name in definition.names]
        terms += [Term(name, AVOIDED_TAG, definition.id) for name in definition.avoid_aliases]
    return terms
