"""Answers against labels, with what to judge them by.

Four constant or impossible taggers are measured alike, so that a number can be judged:

* ``always``: the one answer that is right most often, for every café. No evidence, and no use to who searches.
* ``guessing``: the describer, and that same answer where no review speaks of the question. What a prior would add.
* ``bound``: gives what is right exactly where a review speaks of the question. No tagger that goes by evidence can do
  better.
"""

import random
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from enrichment.evaluation.answers import Answer
from enrichment.evaluation.labels import FIELDS, TAGS, Field, labels_of
from enrichment.evaluation.metrics import Counts, macro
from enrichment.evaluation.spoken import spoken_of

_RESAMPLES: Final = 1000


@dataclass(frozen=True)
class Judged:
    """A café with the tags that it was given, and all that they are judged by."""

    given: frozenset[str]
    labels: Mapping[str, bool]
    spoken: frozenset[str]
    """The fields of which its reviews speak."""


@dataclass(frozen=True)
class Scores:
    """F1 of each field, by name. A field of two tags counts the answers to both together."""

    by_field: Mapping[str, float]

    @property
    def macro_f1(self) -> float:
        return macro(list(self.by_field.values()))


@dataclass(frozen=True)
class Measured:
    """What came out for some cafés."""

    cafes: int
    by_tag: Mapping[str, Counts]
    reachable: Mapping[str, float]
    """The most that each tag's recall can be: of the cafés where it is right, the share whose reviews speak of it."""
    tagger: Scores
    low: float
    high: float
    """Between these lies the macro-F1 of 95 of 100 samples drawn from the same cafés."""
    bound: Scores
    always: Scores
    guessing: Scores


@dataclass(frozen=True)
class Tagging:
    """How many tags cafés get. ``common`` are those on more than half of the cafés, with their share."""

    cafes: int
    median: float
    most: int
    common: Mapping[str, float]


def judge(answer: Answer, *, maybe_counts: bool = True) -> Judged:
    """Put an answer beside what is right."""
    return Judged(
        given=answer.tags,
        labels=labels_of(answer.place.votes, maybe_counts=maybe_counts),
        spoken=spoken_of(answer.place.reviews),
    )


def measure(cafes: Sequence[Judged]) -> Measured:
    """See the module."""
    constant = {field.name: _best_constant(cafes, field) for field in FIELDS}
    low, high = _interval(cafes)
    return Measured(
        cafes=len(cafes),
        by_tag={tag: _counts(cafes, tag, [cafe.given for cafe in cafes]) for tag in TAGS},
        reachable={
            tag: _counts(cafes, tag, [_knowable(cafe, field) for cafe in cafes]).recall
            for field in FIELDS
            for tag in field.tags
        },
        tagger=_scores(cafes, {field.name: [cafe.given for cafe in cafes] for field in FIELDS}),
        low=low,
        high=high,
        bound=_scores(cafes, {field.name: [_knowable(cafe, field) for cafe in cafes] for field in FIELDS}),
        always=_scores(cafes, {field.name: [constant[field.name]] * len(cafes) for field in FIELDS}),
        guessing=_scores(
            cafes,
            {
                field.name: [cafe.given if field.name in cafe.spoken else constant[field.name] for cafe in cafes]
                for field in FIELDS
            },
        ),
    )


def tagging(answers: Sequence[Answer]) -> Tagging:
    """How much is given to whom, whether it is right or not."""
    sizes = [len(answer.tags) for answer in answers]
    shares = {tag: count / len(answers) for tag, count in Counter(t for one in answers for t in one.tags).most_common()}
    return Tagging(
        cafes=len(answers),
        median=statistics.median(sizes) if sizes else 0,
        most=max(sizes, default=0),
        common={tag: share for tag, share in shares.items() if share > 1 / 2},
    )


def _counts(cafes: Sequence[Judged], tag: str, given: Sequence[AbstractSet[str]]) -> Counts:
    return Counts.of(
        (cafe.labels[tag], tag in tags) for cafe, tags in zip(cafes, given, strict=True) if tag in cafe.labels
    )


def _field_counts(cafes: Sequence[Judged], field: Field, given: Sequence[AbstractSet[str]]) -> Counts:
    return sum((_counts(cafes, tag, given) for tag in field.tags), Counts())


def _scores(cafes: Sequence[Judged], given: Mapping[str, Sequence[AbstractSet[str]]]) -> Scores:
    return Scores({field.name: _field_counts(cafes, field, given[field.name]).f1 for field in FIELDS})


def _best_constant(cafes: Sequence[Judged], field: Field) -> AbstractSet[str]:
    """The one tag of a field that is right for most cafés."""
    return {max(field.tags, key=lambda tag: sum(cafe.labels.get(tag, False) for cafe in cafes))}


def _knowable(cafe: Judged, field: Field) -> AbstractSet[str]:
    """What is right, where a review speaks of the field."""
    if field.name not in cafe.spoken:
        return frozenset()
    return {tag for tag in field.tags if cafe.labels.get(tag)}


def _interval(cafes: Sequence[Judged]) -> tuple[float, float]:
    """By bootstrap over cafés; the same every time."""
    dice = random.Random(0)  # noqa: S311 - no secret
    drawn = sorted(
        _scores(sample, {field.name: [cafe.given for cafe in sample] for field in FIELDS}).macro_f1
        for sample in (dice.choices(cafes, k=len(cafes)) for _ in range(_RESAMPLES if cafes else 0))
    )
    if not drawn:
        return 0.0, 0.0
    return drawn[round(0.025 * (len(drawn) - 1))], drawn[round(0.975 * (len(drawn) - 1))]
