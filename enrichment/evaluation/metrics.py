"""Precision, recall and F1 of yes-or-no answers. Pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Answers by what was right: given rightly and wrongly, and kept back wrongly and rightly."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    true_negatives: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
            self.true_negatives + other.true_negatives,
        )

    @classmethod
    def of(cls, answers: Iterable[tuple[bool, bool]]) -> "Counts":
        """From pairs (right, given)."""
        total = [0, 0, 0, 0]
        for right, given in answers:
            total[(0 if right else 1) if given else (2 if right else 3)] += 1
        return cls(*total)

    @property
    def labelled(self) -> int:
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def positives(self) -> int:
        """How often yes is right."""
        return self.true_positives + self.false_negatives

    @property
    def given(self) -> int:
        return self.true_positives + self.false_positives

    @property
    def prevalence(self) -> float:
        """The share of cafés where yes is right; what a coin that falls so often on yes would reach as F1."""
        return _share(self.positives, self.labelled)

    @property
    def precision(self) -> float:
        """How much of what is given is right; 0 where nothing is given."""
        return _share(self.true_positives, self.given)

    @property
    def recall(self) -> float:
        """How much of what is right is given; 0 where nothing is right."""
        return _share(self.true_positives, self.positives)

    @property
    def f1(self) -> float:
        """Their harmonic mean: 2 TP / (2 TP + FP + FN)."""
        return _share(2 * self.true_positives, self.given + self.positives)


def always_yes_f1(prevalence: float) -> float:
    """What is reached by always saying yes: precision is the prevalence, recall is 1."""
    return 2 * prevalence / (1 + prevalence)


def majority_f1(prevalence: float) -> float:
    """What is reached by always giving the more frequent answer: as ``always_yes_f1``, or 0 where that is no."""
    return always_yes_f1(prevalence) if prevalence > 1 / 2 else 0.0


def macro(values: Sequence[float]) -> float:
    """The mean in which each value weighs the same, however many cafés stand behind it."""
    return sum(values) / len(values) if values else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
