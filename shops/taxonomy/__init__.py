"""What CafeRoam can say about a café.

``taxonomy.toml`` is where the tags are written; the table ``taxonomy_tags`` is what everything reads at run time. So a
tag that is loaded is at once a filter, a word that search understands, and something the tagger looks for.
"""

from caferoam.text.taxonomy import TagDefinition
from shops.models import TaxonomyTag
from shops.taxonomy.file import file_definitions

__all__ = ["TagDefinition", "file_definitions", "load_definitions"]


def load_definitions() -> list[TagDefinition]:
    """The tags in the table, by number. Asks the database each time; callers that are asked often keep the answer."""
    return [
        TagDefinition(
            id=tag.id,
            number=tag.number,
            dimension=tag.dimension,
            label=tag.label,
            label_zh=tag.label_zh,
            aliases=tuple(tag.aliases),
            complement=tag.complement_id,
            avoid_aliases=tuple(tag.avoid_aliases),
        )
        for tag in TaxonomyTag.objects.order_by("number")
    ]
