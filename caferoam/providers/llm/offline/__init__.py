"""Tags without a language model: the taxonomy's own words, found in what people wrote, and counted.

It knows no irony and no words that the taxonomy lacks; it costs nothing, needs no network, and never wavers.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from caferoam.providers.llm.offline.confidence import give_tags
from caferoam.providers.llm.offline.mentions import Mention, read_mentions, tally
from caferoam.providers.llm.offline.modes import modes_of
from caferoam.providers.llm.offline.summary import summaries
from caferoam.providers.llm.offline.votes import read_votes
from caferoam.providers.llm.protocol import DescribedTag, DescribeRequest, Description, Evidence, Taxonomy
from caferoam.text.matching import Matcher
from caferoam.text.taxonomy import TagDefinition, tag_terms

__all__ = ["OfflineDescriber"]

MAX_EVIDENCE: Final = 3


class OfflineDescriber:
    """The rule-based tagger. Keeps the matcher of the taxonomy it saw last, which takes some 50 ms to build."""

    provider = "offline"
    model = "offline-rules-2"

    def __init__(self) -> None:
        self._compiled: tuple[str, Matcher] | None = None

    def describe(self, request: DescribeRequest) -> Description:
        """See ``Describer.describe``; never raises a provider's error."""
        definitions = request.taxonomy.by_id
        mentions = [*read_mentions(request, self._matcher(request.taxonomy)), *read_votes(request.attributes)]
        tags = give_tags(tally(mentions), definitions, reviews=len(request.reviews))
        summary_zh, summary_en = summaries(request.facts, tags, definitions)
        return Description(
            tags=tuple(
                DescribedTag(tag_id, sureness, _evidence(tag_id, mentions, definitions))
                for tag_id, sureness in tags.items()
            ),
            summary_zh=summary_zh,
            summary_en=summary_en,
            modes=modes_of(tags),
        )

    def _matcher(self, taxonomy: Taxonomy) -> Matcher:
        compiled = self._compiled  # one read, so that threads with two taxonomies cannot mix them up
        if compiled is None or compiled[0] != taxonomy.version:
            compiled = self._compiled = (taxonomy.version, Matcher(tag_terms(taxonomy.definitions)))
        return compiled[1]


def _evidence(
    tag_id: str, mentions: Sequence[Mention], definitions: Mapping[str, TagDefinition]
) -> tuple[Evidence, ...]:
    """The weightiest different words for the tag; where there are none, those that deny its complement."""
    affirming = [mention for mention in mentions if mention.tag_id == tag_id and mention.weight > 0]
    denying = [
        mention
        for mention in mentions
        if mention.weight < 0 and mention.tag_id in definitions and definitions[mention.tag_id].complement == tag_id
    ]
    ranked = sorted(affirming or denying, key=lambda mention: -abs(mention.weight))
    by_quote = {mention.evidence.quote: mention.evidence for mention in reversed(ranked)}
    return tuple(reversed(by_quote.values()))[:MAX_EVIDENCE]
