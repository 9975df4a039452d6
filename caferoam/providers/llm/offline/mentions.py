"""Who says what of a shop: every tag that its texts affirm or deny, with the words that do it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from caferoam.providers.llm.offline.phrases import about, find_phrases
from caferoam.providers.llm.protocol import DescribeRequest, Evidence, Facts
from caferoam.text.matching import Match, Matcher
from caferoam.text.normalize import NormalizedText, normalize_with_offsets
from caferoam.text.taxonomy import AVOIDED_TAG

MAX_QUOTE_CHARS: Final = 60
"""Of the normalised text; enough for a clause, too little to republish a review."""
_MAX_REACH: Final = 22
_CLAUSE_ENDS: Final = frozenset(",.!?;:~()[]。、！？，；：「」『』【】…\n")

OWN_WORDS: Final = {"description": 3.0, "opening_hours": 3.0, "name": 1.0}
"""How many visitors' mentions it is worth when the shop says so itself. A name is often only a name."""
MRT_WEIGHT: Final = 1.5
_YIELDS: Final = {"no_time_limit": "time_limit"}
"""Where one text says both, as in 「平日不限時，假日限2小時」, only the second holds: there is a limit at times."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One voice for (weight > 0) or against (weight < 0) a tag. ``weight`` 1 is one visitor's word."""

    tag_id: str
    weight: float
    evidence: Evidence


def read_mentions(request: DescribeRequest, matcher: Matcher) -> Iterator[Mention]:
    """What the texts say; a text has one voice for each tag, however often it repeats itself."""
    for field, weight in OWN_WORDS.items():
        text: str = getattr(request.facts, field)
        for tag_id, sign, quote in _stances(text, matcher):
            yield Mention(tag_id, sign * weight, Evidence(quote, field=field))
    for review in request.reviews:
        for tag_id, sign, quote in _stances(review.text, matcher):
            yield Mention(tag_id, sign, Evidence(quote, review_id=review.id))
    yield from _nearest_station(request.facts)


def _nearest_station(facts: Facts) -> Iterator[Mention]:
    """The field names the nearest stations, so it speaks by being filled in."""
    if "站" in facts.mrt or "出口" in facts.mrt:
        yield Mention("near_mrt", MRT_WEIGHT, Evidence(facts.mrt[:MAX_QUOTE_CHARS], field="mrt"))


def _stances(text: str, matcher: Matcher) -> Iterator[tuple[str, int, str]]:
    """For each tag that the text is for or against on balance: its id, 1 or -1, and the first words that say so."""
    if not text:
        return
    # A kept line break ends a clause, so that a denial cannot reach into the next line.
    normalized = normalize_with_offsets(text, keep_line_breaks=True)
    balance: Counter[str] = Counter()
    spoken: dict[tuple[str, int], Match] = {}
    for match in _found(normalized.text, matcher):
        if not match.asserted or (match.kind == AVOIDED_TAG and match.negated):
            continue
        sign = -1 if match.negated else 1
        balance[match.key] += sign
        spoken.setdefault((match.key, sign), match)
    for tag_id, sum_of_signs in balance.items():
        if sum_of_signs > 0 and balance[_YIELDS.get(tag_id, "")] > 0:
            continue
        if sum_of_signs:
            sign = 1 if sum_of_signs > 0 else -1
            yield tag_id, sign, quote_around(normalized, spoken[tag_id, sign])


def _found(text: str, matcher: Matcher) -> list[Match]:
    """Phrases, and the taxonomy's words where no phrase about the same thing has read them already."""
    phrases = list(find_phrases(text))
    words = matcher.find(text, postposed=True)
    if not phrases:
        return words
    read: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        for tag_id in about(phrase.key):
            read[tag_id].update(range(phrase.start, phrase.end))
    return [*phrases, *(word for word in words if read[word.key].isdisjoint(range(word.start, word.end)))]


def quote_around(normalized: NormalizedText, match: Match) -> str:
    """The clause around a match, verbatim: what comes before it up to the last mark, and after it up to the next."""
    text = normalized.text
    start = match.start if match.negation_start is None else min(match.start, match.negation_start)
    start = max(start, match.end - MAX_QUOTE_CHARS)
    spare = MAX_QUOTE_CHARS - (match.end - start)
    left, right = start, min(match.end, start + MAX_QUOTE_CHARS)
    while left > max(0, start - min(_MAX_REACH, spare)) and text[left - 1] not in _CLAUSE_ENDS:
        left -= 1
    spare -= start - left
    while right < min(len(text), match.end + min(_MAX_REACH, spare)) and text[right] not in _CLAUSE_ENDS:
        right += 1
    while left < start and text[left].isspace():
        left += 1
    # Characters that normalising drops may stand in between, in any number.
    return normalized.original(left, right)[: 2 * MAX_QUOTE_CHARS]


def tally(mentions: Sequence[Mention]) -> dict[str, tuple[float, float]]:
    """For each tag the weight of the voices (for, against) it."""
    pros: defaultdict[str, float] = defaultdict(float)
    cons: defaultdict[str, float] = defaultdict(float)
    for mention in mentions:
        (pros if mention.weight > 0 else cons)[mention.tag_id] += abs(mention.weight)
    return {tag_id: (pros[tag_id], cons[tag_id]) for tag_id in {*pros, *cons}}
