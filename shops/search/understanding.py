"""What a search text asks for, read from its words alone: tags, areas, a mode, perhaps a shop's name.

A vector cannot tell 限時 from 不限時 nor one district from another, so whatever words can say is read here and only the
rest is left to the vector. A pure function of text, vocabulary and the time now: no database, no clock.

Hours are computed, not tagged. A text that says when (「週日早上」, "open late") names a moment at which the café must
be open, and tags of the same words (``late_night``, ``open_evenings``) are then no wishes: a café that is open late
needs no visitor who says so. Where the moment does not filter, the tags are wishes again, so that cafés whose hours are
unknown are found by what visitors say.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from caferoam.text.matching import Match
from caferoam.text.normalize import NormalizedText, normalize_with_offsets
from caferoam.text.taxonomy import AVOIDED_TAG, TAG, TagDefinition
from shops.search.areas import AREA, Area
from shops.search.times import Extent, read_time
from shops.search.vocabulary import Vocabulary

type Mode = Literal["work", "rest", "social"]

_MODES: Final[dict[str, Mode]] = {
    **dict.fromkeys(
        ("deep_work", "casual_work", "study", "late_night_work", "meeting", "laptop_friendly", "standing_desk"), "work"
    ),
    **dict.fromkeys(("reading", "solo", "slow_morning", "people_watching", "healing", "quiet_weekdays"), "rest"),
    **dict.fromkeys(("friends", "small_group", "date", "family", "chat_with_owner", "games", "lively"), "social"),
}

# Words of every search for a café, which say nothing of this one.
_FILLER: Final = re.compile(
    r"咖啡[廳館店屋廰]?|[廳館]|店家|餐廳|地方|地點|位子|空間|場所|"
    r"請問|請推薦|推薦|有沒有|有没有|是不是|可不可以|能不能|我們|我想要|想要|想找|想去|我想|我要|要找|尋找|找個|幫我|"
    r"可以|能夠|適合|提供|附近|哪裡|哪裏|哪家|哪間|什麼|比較|非常|一點|一些|一間|一家|一個|而且|以及|或者|還是|但是|但|"
    r"[我找想要去有的在能是和跟與或又也都且很最太超家間店嗎呢吧喔啊個可]|"
    r"(?<![a-z0-9])(?:a|an|the|some|any|place|places|somewhere|spot|spots|cafe|cafes|café|cafés|coffee|shop|shops|coffeeshop|"
    r"i|i'm|me|we|my|our|you|want|wants|wanted|need|looking|look|find|searching|search|show|recommend|please|where|which|"
    r"that|this|there|to|for|with|and|or|but|in|at|on|of|near|nearby|around|is|are|be|it|has|have|having|can|could|would|"
    r"like|good|nice|great|best|very|really|quite|so|not|no|go|get|do|does|from)(?![a-z0-9])"
)
_GENERIC: Final = re.compile(r"咖啡[廳館店屋]?|coffee|caf[eé]s?|shops?")
_BLANKS: Final = re.compile(r"\s+")
_EDGES: Final = " ,.!?;:~、。！？「」()[]-'\""
_NAME_MIN_BYTES: Final = 4
"""Two Chinese characters or four Latin letters: anything shorter is in too many names."""


@dataclass(frozen=True, slots=True)
class Span:
    """``[start, end)`` of the text as it was sent, in characters, with these words in it."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A tag that is wanted or avoided. ``span`` is where the text says so, or says what implies it."""

    tag: TagDefinition
    span: Span
    implied: bool = False


@dataclass(frozen=True, slots=True)
class AreaWish:
    """A place the text names: one area, or several that share the name. ``excluded`` where it is denied."""

    areas: tuple[Area, ...]
    span: Span
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class OpeningWish:
    """A café must be open then. ``span`` reaches from the first word that says so to the last."""

    open_at: datetime
    span: Span


@dataclass(frozen=True, slots=True)
class NameQuery:
    """How the text may name a shop.

    A shop is meant if its name is ``whole``, holds one of ``pieces``, or stands in ``remainder`` and makes up at least
    half of the ``content_length`` characters that nothing else explains. ``remainder`` leaves out what could name too
    many: the rest of 「看夜景喝咖啡」 does not mean the café 喝咖啡.
    """

    whole: str
    pieces: tuple[str, ...]
    remainder: str
    content_length: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a text was read. ``text`` is its normal form; two texts with the same one are the same search."""

    text: str
    wanted: tuple[Wish, ...]
    avoided: tuple[Wish, ...]
    areas: tuple[AreaWish, ...]
    opening: OpeningWish | None
    mode: Mode | None
    name: NameQuery | None
    leftover: tuple[str, ...]
    text_to_embed: str
    unexplained: float
    """Share of the content characters that no known word explains, 0 to 1."""


def understand(text: str, vocabulary: Vocabulary, now: datetime, *, times_filter: bool = True) -> Understanding:
    """Read a search text. Every text is understood somehow; one without a known word is all meaning.

    ``times_filter``: whether the moment that the text names will filter; tags of its words are wishes only where not.
    """
    normalized = normalize_with_offsets(text)
    matches = [
        match
        for match in vocabulary.matcher.find(normalized.text, typos=True)
        if match.kind in {TAG, AREA} or (match.kind == AVOIDED_TAG and match.negated)
    ]
    time = read_time(normalized.text, now, spoken_for=[(match.start, match.end) for match in matches])
    said = time.extents if time is not None else ()
    if times_filter:
        matches = [match for match in matches if not any(_holds(extent, match) for extent in said)]
    wanted, avoided = _wishes(matches, normalized, vocabulary)
    areas = _areas(matches, normalized)
    denied = [_extent(match) for match in matches if match.negated]
    placed = [_extent(match) for match in matches if match.kind == AREA]
    known = [_extent(match) for match in matches]
    leftover = _contents(_gaps(normalized.text, [*known, *said]))
    explained = _length(
        normalized.text[match.start : match.end] for match in matches if match.kind == TAG and not match.negated
    )
    unexplained = _length(leftover)
    return Understanding(
        text=normalized.text,
        wanted=wanted,
        avoided=avoided,
        areas=areas,
        opening=OpeningWish(time.open_at, _span(normalized, (said[0][0], said[-1][1]))) if time is not None else None,
        mode=_mode(wanted),
        # Words of time may be a name, too: 「星期天早上」 is a café.
        name=_name(normalized.text, placed, _gaps(normalized.text, known), only_name=not wanted and not avoided),
        leftover=leftover,
        text_to_embed=_join(_gaps(normalized.text, [*denied, *placed, *said])),
        unexplained=unexplained / (unexplained + explained) if unexplained else 0.0,
    )


def _holds(extent: Extent, match: Match) -> bool:
    return extent[0] <= match.start and match.end <= extent[1]


def _wishes(
    matches: Sequence[Match], text: NormalizedText, vocabulary: Vocabulary
) -> tuple[tuple[Wish, ...], tuple[Wish, ...]]:
    wanted: dict[str, Wish] = {}
    avoided: dict[str, Wish] = {}
    for match in matches:
        if match.kind != AREA:
            wishes = avoided if match.negated else wanted
            wishes.setdefault(match.key, Wish(vocabulary.tags[match.key], _span(text, _extent(match))))
    for tag_id in avoided:  # what is denied anywhere is not wanted
        wanted.pop(tag_id, None)
    for wish in avoided.values():
        complement = wish.tag.complement
        if complement is not None and complement not in wanted and complement not in avoided:
            wanted[complement] = Wish(vocabulary.tags[complement], wish.span, implied=True)
    return tuple(wanted.values()), tuple(avoided.values())


def _areas(matches: Sequence[Match], text: NormalizedText) -> tuple[AreaWish, ...]:
    """One entry per place named; a district that several cities have is narrowed by the cities that are named too."""
    found: dict[tuple[int, int, bool], list[Area]] = {}
    for match in matches:
        if match.kind == AREA:
            found.setdefault((*_extent(match), match.negated), []).append(Area.of_key(match.key))
    cities = {
        area.city for (_, _, negated), areas in found.items() if not negated for area in areas if not area.district
    }
    wishes: list[AreaWish] = []
    narrowing: set[str] = set()
    for (start, end, negated), areas in found.items():
        districts = [area for area in areas if area.district]
        within = [area for area in districts if area.city in cities]
        if within and not negated:
            narrowing.update(area.city for area in within)
        wishes.append(AreaWish(tuple(sorted(within or areas)), _span(text, (start, end)), excluded=negated))
    # 台北大安 is one place: the city has done its work once it told which 大安 is meant.
    return tuple(
        wish
        for wish in wishes
        if wish.excluded or any(area.district or area.city not in narrowing for area in wish.areas)
    )


def _mode(wanted: Iterable[Wish]) -> Mode | None:
    """The mode that most wanted tags belong to; none where two are even."""
    votes: dict[Mode, int] = {}
    for wish in wanted:
        mode = _MODES.get(wish.tag.id)
        if mode is not None and not wish.implied:
            votes[mode] = votes.get(mode, 0) + 1
    leaders = [mode for mode, count in votes.items() if count == max(votes.values())]
    return leaders[0] if len(leaders) == 1 else None


def _name(text: str, placed: Sequence[Extent], gaps: Sequence[str], *, only_name: bool) -> NameQuery | None:
    leftover = _contents(gaps)
    whole = _join(_gaps(text, placed))
    if len(whole.encode()) < _NAME_MIN_BYTES:
        return None
    candidates: list[str] = []
    if leftover:
        candidates.append(whole)
    if only_name and len(leftover) == 1:
        candidates.append(leftover[0])
    return NameQuery(
        whole=whole,
        pieces=tuple(dict.fromkeys(piece for piece in candidates if len(piece.encode()) >= _NAME_MIN_BYTES)),
        remainder="\n".join(filter(_may_name, gaps)) if leftover else "",
        content_length=_length(leftover),
    )


def _may_name(gap: str) -> bool:
    return len(_GENERIC.sub("", gap).strip(_EDGES).encode()) >= _NAME_MIN_BYTES


def _extent(match: Match) -> Extent:
    """The match with the words that deny it."""
    return (match.start if match.negation_start is None else min(match.start, match.negation_start), match.end)


def _span(text: NormalizedText, extent: Extent) -> Span:
    start = text.offsets[extent[0]]
    words = text.original(*extent)
    return Span(start, start + len(words), words)


def _gaps(text: str, extents: Iterable[Extent]) -> list[str]:
    """What is left of the text between these extents."""
    gaps: list[str] = []
    position = 0
    for start, end in sorted(extents):
        gaps.append(text[position : max(start, position)])
        position = max(position, end)
    gaps.append(text[position:])
    return [gap for gap in gaps if gap]


def _contents(gaps: Iterable[str]) -> tuple[str, ...]:
    """The pieces of gaps that say something: without filler, with at least a letter or a character."""
    pieces = (piece.strip(_EDGES) for gap in gaps for piece in _FILLER.sub("\n", gap).split("\n"))
    return tuple(piece for piece in pieces if any(map(str.isalnum, piece)))


def _join(pieces: Iterable[str]) -> str:
    """The pieces as one text; empty if nothing in it can be read."""
    joined = _BLANKS.sub(" ", " ".join(piece.strip(_EDGES) for piece in pieces)).strip(_EDGES)
    return joined if any(map(str.isalnum, joined)) else ""


def _length(pieces: Iterable[str]) -> int:
    return sum(sum(map(str.isalnum, piece)) for piece in pieces)
