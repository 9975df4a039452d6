"""When a café must be open, as a text says it: 現在, 週日早上, 晚上十點後, "open late", "after 10pm".

Only what plans a visit is read as a time: now, a time on the clock, a day with a part of it, or either with a word of
opening. A part of the day alone colours a wish (「下午發呆」, "morning coffee") and stays one: most cafés' hours are
unknown, and a filter would hide them for the sake of a mood. What is denied (「週日早上沒開」), only says until when
(「晚上十點前」) or is of a date (「12/25 晚上八點」), which hours by weekday know nothing of, names no moment either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from caferoam.text.negation import stance_before
from shops.search.moments import ALL_DAY, ANY_TIME, MIDNIGHT, NOON, Clock, Day, Window, moment, windows_of
from shops.search.time_words import Meaning, Word, find_words

type Extent = tuple[int, int]

_MEAN_NOW: Final[frozenset[Meaning]] = frozenset({"now", "still open"})
_ASK_HOW_LONG: Final[frozenset[Meaning]] = frozenset({"until", "after", "still open"})
_OPENING: Final[frozenset[Meaning]] = _ASK_HOW_LONG | {"open"}

# What may stand between two words of one time.
_BETWEEN: Final = re.compile(
    r"[ ,、的~-]*(?:(?:(?<![a-z])(?:on|at|in|the|of|is|are|it|that|and|or|to|during|around|about|from)(?![a-z])"
    r"|大概|大約|左右|[是我想要去找到至或和又])[ ,、的~-]*)*"
)
_CLOSED_AFTER: Final = re.compile(
    r"[ 的都也就是]*(?:(?:沒有?|[不未])[在會能用要]?(?:開(?!放)|營業)|公休|店休|休(?=[ ,。]|$)|打烊|關門|收店"
    r"|(?:is |are )?(?:closed|not open)(?![a-z]))"
)
_DATE: Final = (
    r"(?<![\d:.])(?:20\d\d ?[年/.-] ?(?:1[0-2]|0?[1-9]) ?[月/.-]|(?:1[0-2]|0?[1-9]) ?[月/])"
    r" ?(?:3[01]|[12]\d|0?[1-9])(?![\d:點])[日號]?"
)
_DATED_BEFORE: Final = re.compile(rf"(?:{_DATE}|(?<!\d)(?:3[01]|[12]\d|[1-9]) ?[日號])[ ,、的]*\Z")
_DATED_AFTER: Final = re.compile(rf"[ ,、的]*(?:on )?{_DATE}")
_CLOSED_BEFORE: Final = re.compile(
    r"(?:公休|店休|打烊|(?<![a-z])(?:closed|closes|closing)(?: on| at| in)?(?: the)? ?)\Z"
)


@dataclass(frozen=True, slots=True)
class TimeWish:
    """A café must be open at ``open_at``, to the minute. ``extents`` are the words that say so, from left to right."""

    open_at: datetime
    extents: tuple[Extent, ...]


def read_time(text: str, now: datetime, spoken_for: Sequence[Extent] = ()) -> TimeWish | None:
    """The moment that a text in normal form asks for; the first one, where it names several.

    Args:
        text: in normal form.
        now: what 現在 and 今天 mean, in any zone.
        spoken_for: words that mean something else: a time that is only part of one of them is none (平日下午人少).
    """
    phrases = [phrase for phrase in _phrases(text) if _plans(phrase, text, spoken_for)]
    found = _moment([word.meaning for phrase in phrases for word in phrase], now)
    if found is None:
        return None
    open_at, used = found
    extents = [(words[0].start, words[-1].end) for words in phrases if any(word.meaning in used for word in words)]
    return TimeWish(open_at, tuple(extents))


def _moment(meanings: Sequence[Meaning], now: datetime) -> tuple[datetime, frozenset[Meaning]] | None:
    """The moment that is meant, and what was heard that means it. Of each kind, what is said first counts."""
    day = next((meaning for meaning in meanings if isinstance(meaning, Day)), None)
    part = next((meaning for meaning in meanings if isinstance(meaning, Window)), None)
    clock = next((meaning for meaning in meanings if isinstance(meaning, Clock)), None)
    heard = _MEAN_NOW.union(meaning for meaning in (day, part, clock) if meaning is not None)
    if clock is not None:
        late = not _ASK_HOW_LONG.isdisjoint(meanings)
        windows = windows_of(clock, part, late=late, early="opens" in meanings)
        if "after" in meanings:
            windows = [window.all_night() for window in windows]
    elif "now" in meanings:
        return moment(Day(), [ALL_DAY], now), _MEAN_NOW
    elif (day and part) or ((day or part) and not _OPENING.isdisjoint(meanings)):
        windows = [part or ANY_TIME]
    elif "still open" in meanings:
        return moment(Day(), [ALL_DAY], now), _MEAN_NOW
    else:
        return None
    if "until" in meanings and (clock or part in {NOON, MIDNIGHT}):
        windows = [window.earlier(1) for window in windows]  # who closes at ten is open until the minute before
    return moment(day, windows, now), heard


def _phrases(text: str) -> Iterator[list[Word]]:
    """Words that stand together, but for what may stand between them."""
    phrase: list[Word] = []
    for word in find_words(text):
        if phrase and not _BETWEEN.fullmatch(text, phrase[-1].end, max(word.start, phrase[-1].end)):
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase


def _plans(phrase: Sequence[Word], text: str, spoken_for: Sequence[Extent]) -> bool:
    start, end = phrase[0].start, phrase[-1].end
    meanings = [word.meaning for word in phrase]
    return not (
        "before" in meanings
        or all(isinstance(meaning, str) and meaning not in _MEAN_NOW for meaning in meanings)
        or any(first <= start and end <= last and (first, last) != (start, end) for first, last in spoken_for)
        or stance_before(text, start).negated
        or _DATED_BEFORE.search(text, 0, start)
        or _DATED_AFTER.match(text, end)
        or _CLOSED_BEFORE.search(text, 0, start)
        or _CLOSED_AFTER.match(text, end)
    )
