"""What of a describer's answer becomes part of the shop. A pure function: the answer may come from anywhere."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from caferoam.providers.llm import DescribedTag, Description, Evidence, Modes
from enrichment.reading import Reading

MAX_SUMMARY_CHARS: Final = 600
MAX_EVIDENCE: Final = 3
MAX_QUOTE_CHARS: Final = 200


@dataclass(frozen=True)
class Decision:
    """What to write. ``dropped`` counts what was not taken over, by reason."""

    tags: tuple[DescribedTag, ...]
    summary_zh: str
    summary_en: str
    modes: Modes | None
    dropped: dict[str, int] = field(default_factory=dict)


def decide(reading: Reading, description: Description) -> Decision:
    """Keep known tags with a confidence that counts and a quote to prove them; quotes must stand in what was read."""
    known = reading.request.taxonomy.by_id
    kept: dict[str, DescribedTag] = {}
    unknown = doubtful = invented = unsupported = 0
    for tag in description.tags:
        if tag.id not in known:
            unknown += 1
        elif not 0 < tag.confidence <= 1:  # false for NaN, too
            doubtful += 1
        elif tag.id not in kept or kept[tag.id].confidence < tag.confidence:
            evidence = [one for one in tag.evidence if _is_quoted(one, reading)]
            invented += len(tag.evidence) - len(evidence)
            if evidence:
                kept[tag.id] = DescribedTag(tag.id, tag.confidence, tuple(evidence[:MAX_EVIDENCE]))
            else:
                unsupported += 1
    dropped = {
        "unknown tags": unknown,
        "impossible confidences": doubtful,
        "invented quotes": invented,
        "unsupported tags": unsupported,
    }
    return Decision(
        tags=tuple(kept.values()),
        summary_zh=_clean(description.summary_zh),
        summary_en=_clean(description.summary_en),
        modes=_within_bounds(description.modes),
        dropped={reason: count for reason, count in dropped.items() if count},
    )


def writable(fields: Collection[str], locked: Collection[str]) -> list[str]:
    """The fields that no curator has locked. Modes are kept together: one locked locks all three."""
    modes = {"mode_work", "mode_rest", "mode_social"}
    closed = {*locked, *modes} if modes.intersection(locked) else set(locked)
    return [name for name in fields if name not in closed]


def _is_quoted(evidence: Evidence, reading: Reading) -> bool:
    source = evidence.review_id or evidence.field or ""
    return 0 < len(evidence.quote) <= MAX_QUOTE_CHARS and evidence.quote in reading.sources.get(source, "")


def _clean(summary: str) -> str:
    return "".join(char for char in summary if char.isprintable()).strip()[:MAX_SUMMARY_CHARS]


def _within_bounds(modes: Modes | None) -> Modes | None:
    if modes is None:
        return None
    return Modes(*(min(1.0, max(0.0, score)) for score in (modes.work, modes.rest, modes.social)))
