"""What counts how much. Every number that shapes a ranking stands here, under one version.

A shop's score is the sum of its parts, each from 0 to 1, times their weights:

    base  = a * meaning + (1 - a) * tags          a: how much of the text only its meaning can explain
    score = (.75 base + .10 words + .05 quality + .10 distance + .10 mode) / (sum of the weights in use) - .5 avoided

``words``, ``distance`` and ``mode`` are in use only where the text may name a shop, the caller has a place, and text or
caller name a mode. ``avoided`` is the sum of the shop's confidences in what the text does not want.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

type Part = Literal["meaning", "tags", "words", "quality", "distance", "mode", "avoided"]


@dataclass(frozen=True, slots=True)
class Weights:
    """One tuning of the formula. A change of any number is a new version, which ends all running cursors."""

    version: str = "1"
    base: float = 0.75
    words: float = 0.10
    quality: float = 0.05
    distance: float = 0.10
    mode: float = 0.10
    avoided: float = 0.5
    implied: float = 0.5
    """Weight of a tag that is only implied (the complement of an avoided one), where a wanted one has 1."""
    meaning_at_least: float = 0.30
    meaning_at_most: float = 0.90
    distance_scale_km: float = 0.8
    """At this distance the part has fallen to 1/e."""

    def shares(
        self, *, unexplained: float, has_vector: bool, has_tags: bool, uses: frozenset[Part]
    ) -> dict[Part, float]:
        """The weight of each part of one search; they sum to 1, but for ``avoided``, which is negative.

        Args:
            unexplained: share of the text's content that no known word explains, 0 to 1.
            has_vector: whether there is a vector to compare with; without one, tags carry the base alone.
            has_tags: whether any tag is wanted; without one, meaning carries it.
            uses: which of words, distance, mode and avoided take part.
        """
        meaning = min(max(unexplained, self.meaning_at_least), self.meaning_at_most) if has_tags else 1.0
        meaning = meaning if has_vector else 0.0
        weights: dict[Part, float] = {
            "meaning": self.base * meaning,
            "tags": self.base * (1 - meaning),
            "quality": self.quality,
        }
        optional: Mapping[Part, float] = {"words": self.words, "distance": self.distance, "mode": self.mode}
        weights |= {part: weight for part, weight in optional.items() if part in uses}
        total = sum(weights.values())
        shares = {part: weight / total for part, weight in weights.items()}
        return {**shares, "avoided": -self.avoided} if "avoided" in uses else shares


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where a model's cosines begin and end to tell: ``low`` counts as 0, ``high`` as 1.

    ``low`` is the median cosine of all pairs of query and shop, ``high`` the median of each query's best.
    """

    low: float
    high: float


CALIBRATIONS: Final[Mapping[str, Calibration]] = MappingProxyType(
    {
        # 25 queries, zh and en, against 3,422 real cafés, enriched offline
        "use-multilingual-3": Calibration(low=0.18, high=0.44),
    }
)
UNCALIBRATED: Final = Calibration(low=0.13, high=0.38)
CURRENT: Final = Weights()


def calibration_of(model: str) -> Calibration:
    """The measured calibration of an embedding model, or a middling one for a model nobody has measured yet."""
    return CALIBRATIONS.get(model, UNCALIBRATED)
