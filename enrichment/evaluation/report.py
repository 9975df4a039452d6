"""An evaluation for people, and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from enrichment.evaluation.answers import Answer
from enrichment.evaluation.labels import FIELDS
from enrichment.evaluation.measuring import Measured, Scores, Tagging, judge, measure, tagging
from enrichment.evaluation.metrics import always_yes_f1, majority_f1

FEW_REVIEWS: Final = 10
_PARTS: Final = {
    "tuning": "Tuning half",
    "held_out": "Held-out half",
    "few_reviews": f"With {FEW_REVIEWS} reviews at most",
    "many_reviews": "With more reviews",
    "all": "All",
}


@dataclass(frozen=True)
class Evaluation:
    """A describer's answers, measured on both halves, and by how many reviews there are."""

    provider: str
    model: str
    parts: Mapping[str, Measured]
    without_maybe: Mapping[str, Measured]
    """The same if "maybe" is left out as unknown."""
    tagging: Tagging
    refused: int
    usd: Decimal


def evaluate(provider: str, model: str, answers: Sequence[Answer], *, usd: Decimal) -> Evaluation:
    """Answers for places without votes only tell how much is tagged."""
    voted = [one for one in answers if one.place.votes]
    parts = {
        "tuning": [one for one in voted if one.place.part == "tuning"],
        "held_out": [one for one in voted if one.place.part == "held_out"],
        "few_reviews": [one for one in voted if len(one.place.reviews) <= FEW_REVIEWS],
        "many_reviews": [one for one in voted if len(one.place.reviews) > FEW_REVIEWS],
        "all": voted,
    }
    return Evaluation(
        provider=provider,
        model=model,
        parts={name: measure([judge(one) for one in part]) for name, part in parts.items()},
        without_maybe={name: measure([judge(one, maybe_counts=False) for one in part]) for name, part in parts.items()},
        tagging=tagging(answers),
        refused=sum(one.refused for one in answers),
        usd=usd,
    )


def as_text(evaluation: Evaluation) -> str:
    """Tables for a terminal."""
    lines = [f"{evaluation.provider}, {evaluation.model}, from reviews alone"]
    if evaluation.refused:
        lines.append(f"{evaluation.refused} places without an answer to use count as not tagged.")
    for name, measured in evaluation.parts.items():
        lines += ["", f"{_PARTS[name]}: {measured.cafes} cafés", *_table(measured), *_summary(measured)]
        strict = evaluation.without_maybe[name]
        lines.append(
            f"  {'with "maybe" left out':<24} {strict.tagger.macro_f1:.3f}"
            f" (all that reviews tell: {strict.bound.macro_f1:.3f})"
        )
    counts = evaluation.tagging
    common = ", ".join(f"{tag} {share:.0%}" for tag, share in counts.common.items()) or "none"
    lines += [
        "",
        f"Tags a café, over {counts.cafes}: median {counts.median:g}, most {counts.most}.",
        f"Tags on more than half of the cafés: {common}.",
    ]
    if evaluation.usd:
        lines.append(f"Spent: USD {evaluation.usd:f}.")
    return "\n".join(lines)


def as_json(evaluation: Evaluation) -> dict[str, object]:
    """The same numbers."""
    return {
        "provider": evaluation.provider,
        "model": evaluation.model,
        "refused": evaluation.refused,
        "usd": str(evaluation.usd),
        "parts": {
            name: {
                "cafes": measured.cafes,
                "tags": {tag: _row(measured, tag) for tag in measured.by_tag},
                **_scores(measured),
                "macro_f1_interval": [measured.low, measured.high],
                "without_maybe": _scores(evaluation.without_maybe[name]),
            }
            for name, measured in evaluation.parts.items()
        },
        "tagging": {
            "cafes": evaluation.tagging.cafes,
            "median": evaluation.tagging.median,
            "most": evaluation.tagging.most,
            "on_more_than_half": dict(evaluation.tagging.common),
        },
    }


def _kinds(measured: Measured) -> dict[str, Scores]:
    return {
        "tagger": measured.tagger,
        "bound": measured.bound,
        "always": measured.always,
        "guessing": measured.guessing,
    }


def _scores(measured: Measured) -> dict[str, object]:
    return {
        kind: {"macro_f1": scores.macro_f1, "f1": dict(scores.by_field)} for kind, scores in _kinds(measured).items()
    }


def _row(measured: Measured, tag: str) -> dict[str, float]:
    counts = measured.by_tag[tag]
    return {
        "labelled": counts.labelled,
        "positives": counts.positives,
        "given": counts.given,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "reachable_recall": measured.reachable[tag],
        "always_yes_f1": always_yes_f1(counts.prevalence),
        "by_prevalence_f1": counts.prevalence,
        "majority_f1": majority_f1(counts.prevalence),
    }


_COLUMNS: Final = {
    "labelled": "labelled", "positives": "yes", "given": "given", "precision": "P", "recall": "R", "f1": "F1",
    "reachable_recall": "R at most", "always_yes_f1": "always yes", "by_prevalence_f1": "by share",
    "majority_f1": "majority",
}  # fmt: skip


def _table(measured: Measured) -> list[str]:
    lines = ["  " + f"{'tag':<14}" + "".join(f"{title:>11}" for title in _COLUMNS.values())]
    for tag in measured.by_tag:
        row = _row(measured, tag)
        cells = "".join(
            f"{row[name]:>11.0f}" if name in {"labelled", "positives", "given"} else f"{row[name]:>11.3f}"
            for name in _COLUMNS
        )
        lines.append(f"  {tag:<14}{cells}")
    return lines


def _summary(measured: Measured) -> list[str]:
    titles = {
        "tagger": "macro-F1 of the four",
        "bound": "all that reviews tell",
        "always": "one answer for all",
        "guessing": "tagger, else that one",
    }
    lines = []
    for kind, scores in _kinds(measured).items():
        fields = ", ".join(f"{field.name} {scores.by_field[field.name]:.3f}" for field in FIELDS)
        interval = f"  [{measured.low:.3f}, {measured.high:.3f}]" if kind == "tagger" else ""
        lines.append(f"  {titles[kind]:<24} {scores.macro_f1:.3f}{interval}  ({fields})")
    return lines
