"""How sure the offline tagger is of a tag, and which tags it gives.

    confidence = share · saturation
    pro        = voices for the tag - reviews · common   what reviews of any café would say is no trait of this one
    share      = (pro + 1) / (pro + con + 2)             Laplace: one voice alone is two thirds sure
    saturation = 1 - exp(-pro / (1 + reviews / 16))      nor is what one in fifty mentions in passing (of facts: / 200)

One mention among 50 reviews comes to .14, five to .60, one in a single review to .41. Giving every tag that somebody
mentions would put the common ones ("cosy", "desserts") on nearly every shop, where they tell nothing: hence the
saturation, the common share, and a threshold.
"""

import math
from collections.abc import Mapping
from typing import Final

from caferoam.text.taxonomy import TagDefinition

THRESHOLD: Final = 0.35
COMPLEMENT_SHARE: Final = 0.5
"""A denied tag is half an affirmation of its complement: 「不安靜」 says lively, but not as surely as 「熱鬧」."""
REVIEWS_PER_VOICE: Final = 16
FACTS: Final = frozenset({"outlets", "wifi", "time_limit", "no_time_limit"})
"""What one visitor can see for all, and few write of: a socket is there, though one review in fifty says so."""
REVIEWS_PER_WITNESS: Final = 200
"""In place of ``REVIEWS_PER_VOICE`` for ``FACTS``; docs/quality.md has the numbers."""
COMMON: Final = {
    "desserts": 0.28, "meals": 0.25, "friends": 0.11, "tea": 0.11, "healing": 0.1, "affordable": 0.08, "brunch": 0.07,
    "family": 0.05,
}  # fmt: skip
"""The share of all reviews that mention these, counted in 16,000 reviews of 1,900 cafés; for other tags it is small."""


def confidence(
    voices: float, con: float, *, reviews: int, common: float = 0.0, per_voice: int = REVIEWS_PER_VOICE
) -> float:
    """See the module; ``voices`` for the tag and ``con`` against it, of ``reviews`` texts that could have spoken.

    ``per_voice`` is the number of reviews among which a voice is half as loud.
    """
    pro = max(0.0, voices - reviews * common)
    share = (pro + 1) / (pro + con + 2)
    saturation = -math.expm1(-pro / (1 + reviews / per_voice))
    return share * saturation


def give_tags(
    tallies: Mapping[str, tuple[float, float]], definitions: Mapping[str, TagDefinition], *, reviews: int
) -> dict[str, float]:
    """The tags to give, surest first. Of a tag and its complement one at most, and none where they are equally sure."""
    sure = {
        tag_id: round(sureness, 3)
        for tag_id, (pro, con) in _with_complements(tallies, definitions).items()
        if (sureness := _sureness(tag_id, pro, con, reviews)) >= THRESHOLD
    }
    rivals = _rivals(definitions)
    given = {
        tag_id: sureness
        for tag_id, sureness in sure.items()
        if all(sureness > sure.get(rival, 0.0) for rival in rivals.get(tag_id, ()))
    }
    return dict(sorted(given.items(), key=lambda item: (-item[1], item[0])))


def _sureness(tag_id: str, pro: float, con: float, reviews: int) -> float:
    per_voice = REVIEWS_PER_WITNESS if tag_id in FACTS else REVIEWS_PER_VOICE
    return confidence(pro, con, reviews=reviews, common=COMMON.get(tag_id, 0.0), per_voice=per_voice)


def _with_complements(
    tallies: Mapping[str, tuple[float, float]], definitions: Mapping[str, TagDefinition]
) -> dict[str, tuple[float, float]]:
    """Voices for a tag speak against its complement, and (by half) the other way round."""
    totals = {tag_id: list(voices) for tag_id, voices in tallies.items() if tag_id in definitions}
    for tag_id, (pro, con) in tallies.items():
        complement = definitions[tag_id].complement if tag_id in definitions else None
        if complement is not None:
            other = totals.setdefault(complement, [0.0, 0.0])
            other[0] += COMPLEMENT_SHARE * con
            other[1] += pro
    return {tag_id: (pro, con) for tag_id, (pro, con) in totals.items()}


def _rivals(definitions: Mapping[str, TagDefinition]) -> dict[str, set[str]]:
    rivals: dict[str, set[str]] = {}
    for tag in definitions.values():
        if tag.complement is not None:
            rivals.setdefault(tag.id, set()).add(tag.complement)
            rivals.setdefault(tag.complement, set()).add(tag.id)
    return rivals
