"""What Claude's answer says, taken apart with nothing taken for granted: a gateway may have answered in its place."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, cast
from uuid import UUID

from anthropic.types import Message

from caferoam.providers.errors import AnswerUnusable, ProviderUnavailable
from caferoam.providers.llm.anthropic.prices import Tokens, prices_of
from caferoam.providers.llm.protocol import DescribedTag, Description, Evidence, Modes
from caferoam.providers.usage import Usage

MAX_TAGS: Final = 200
MAX_EVIDENCE: Final = 10


def usage_of(message: Message, model: str, *, setting: str, batch: bool = False, on: date | None = None) -> Usage:
    """What the message cost.

    Raises:
        ProviderUnavailable: it is no message.
    """
    counted = getattr(message, "usage", None)
    counts = [
        getattr(counted, name, None) or 0
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    ]
    if counted is None or not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ProviderUnavailable("Anthropic answered with something that is no message.")
    tokens = Tokens(*counts)
    return Usage(
        tokens_in=tokens.fresh + tokens.cache_writes + tokens.cache_reads,
        tokens_out=tokens.out,
        tokens_cached=tokens.cache_reads,
        usd=prices_of(model, setting=setting, on=on).usd(tokens, batch=batch),
    )


def json_of(message: Message, usage: Usage) -> Mapping[str, object]:
    """The JSON object that the model wrote.

    Raises:
        AnswerUnusable: it did not write one.
    """
    if message.stop_reason == "refusal":
        category = message.stop_details.category if message.stop_details else None
        raise AnswerUnusable(f"The model declined to answer ({category or 'no category'}).", usage)
    if message.stop_reason != "end_turn":
        raise AnswerUnusable(f"The model did not finish its answer: {message.stop_reason}.", usage)
    text = "".join(block.text for block in message.content or () if block.type == "text")
    if not text.strip():
        raise AnswerUnusable("The model's answer is empty.", usage)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise AnswerUnusable(f"The model's answer is no JSON: {type(exc).__name__}.", usage) from exc
    if not isinstance(said, dict):
        raise AnswerUnusable("The model's answer is no JSON object.", usage)
    return said


def description_of(said: Mapping[str, object], usage: Usage, review_names: Mapping[str, UUID]) -> Description:
    """The description that the JSON holds.

    Raises:
        AnswerUnusable: it is not of the form that was asked for.
    """
    summary_zh, summary_en = said.get("summary_zh"), said.get("summary_en")
    if not isinstance(summary_zh, str) or not isinstance(summary_en, str):
        raise AnswerUnusable("The model's answer lacks a summary.", usage)
    if not isinstance(said.get("tags"), list):
        raise AnswerUnusable("The model's answer lacks its tags.", usage)
    return Description(
        tags=tuple(_tags(objects_of(said["tags"], MAX_TAGS), review_names)),
        summary_zh=summary_zh,
        summary_en=summary_en,
        modes=_modes(said.get("modes")),
        usage=usage,
    )


def objects_of(value: object, at_most: int) -> list[Mapping[str, object]]:
    """The objects among the first items of a list; none of what is no list."""
    items = cast("list[object]", value)[:at_most] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def number_of(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15 or not math.isfinite(value):
        return None
    return float(value)


def _tags(said: list[Mapping[str, object]], review_names: Mapping[str, UUID]) -> Iterator[DescribedTag]:
    for tag in said:
        confidence = number_of(tag.get("confidence"))
        yield DescribedTag(
            id=str(tag.get("id")),
            confidence=math.nan if confidence is None else confidence,
            evidence=tuple(
                _evidence(str(one.get("source")), str(one.get("quote")), review_names)
                for one in objects_of(tag.get("evidence"), MAX_EVIDENCE)
            ),
        )


def _evidence(source: str, quote: str, review_names: Mapping[str, UUID]) -> Evidence:
    if (review_id := review_names.get(source)) is not None:
        return Evidence(quote, review_id=review_id)
    return Evidence(quote, field=source)  # whether there is such a field is for the one who checks the quote


def _modes(said: object) -> Modes | None:
    if not isinstance(said, dict):
        return None
    scores = [number_of(said.get(name)) for name in ("work", "rest", "social")]
    work, rest, social = scores
    return None if work is None or rest is None or social is None else Modes(work, rest, social)
