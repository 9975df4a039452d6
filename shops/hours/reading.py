"""What free text says of a café's hours: a week, or nothing where one would have to guess."""

import re
from collections.abc import Sequence
from typing import Final

from caferoam.text.normalize import normalize
from shops.hours.grammar import NotUnderstoodError, Reader, Rule
from shops.hours.tokens import EVERY_DAY, WORKDAYS, tokens
from shops.hours.week import DAY_MINUTES, OpenInterval, OpenWeek, overlap

_MOST_INTERVALS: Final = 4
_FORMAL: Final = re.compile(r"[a-z]{2,9}[ :,;/\-]|星期.:")
"""Texts in a syntax that names every day on which it is open, as OpenStreetMap's and Google's do."""
_FEW_DAYS: Final = 2


def read_hours(text: str) -> OpenWeek | None:
    """The week that a text describes; None if it is not understood to the last word, or may mean several things.

    Days that it does not name are closed, but a text that names none means all, and one that names those that are
    closed must name them all. Public holidays are not kept.
    """
    words = tokens(text)
    if not words:
        return None
    try:
        rules = Reader(words).rules()
        days = _days(rules)
    except NotUnderstoodError:
        return None
    if _says_too_little(rules, normalize(text)) or overlap(enumerate(days)) or _noon_or_midnight(days):
        return None
    return OpenWeek.of_days(enumerate(days))


def _days(rules: Sequence[Rule]) -> list[tuple[OpenInterval, ...]]:
    """The hours of each day, where a rule for fewer days outranks one for more."""
    hours: list[tuple[frozenset[int], tuple[OpenInterval, ...]] | None] = [None] * 7
    for rule in rules:
        if len(rule.intervals) > _MOST_INTERVALS:
            raise NotUnderstoodError
        named = EVERY_DAY if rule.days is None else rule.days.of_week
        for day in named:
            before = hours[day]
            if before is None or before[1] == rule.intervals or _outranks(named, rule.intervals, *before):
                hours[day] = (named, rule.intervals)
            elif not _outranks(*before, named, rule.intervals):
                raise NotUnderstoodError
    if not any(told and told[1] for told in hours):
        raise NotUnderstoodError
    return [told[1] if told else () for told in hours]


def _outranks(
    days: frozenset[int],
    intervals: tuple[OpenInterval, ...],
    other_days: frozenset[int],
    other: tuple[OpenInterval, ...],
) -> bool:
    """Whether a rule is the exception to another. Hours that meet nowhere may as well be meant in addition."""
    if not days < other_days:
        return False
    return (
        not intervals or not other or any(a.opens < b.closes and b.opens < a.closes for a in intervals for b in other)
    )


def _says_too_little(rules: Sequence[Rule], text: str) -> bool:
    """Whether the rest of the week has to be guessed."""
    opening = [EVERY_DAY if rule.days is None else rule.days.of_week for rule in rules if rule.intervals]
    named: frozenset[int] = frozenset().union(*opening)
    for rule in rules:
        if rule.days is None or not rule.days.free_days:
            continue
        if len(opening) < 2 if rule.intervals else not named <= WORKDAYS:
            return True  # 假日公休: weekends, or public holidays only?
    if _FORMAL.match(text):
        return False
    if len(opening) == len(rules):
        return len(named) <= _FEW_DAYS
    # Who says of some days that they are closed may have forgotten the one that is not named at all.
    closed: frozenset[int] = frozenset().union(
        *(rule.days.of_week for rule in rules if rule.days and not rule.intervals)
    )
    return named | closed != EVERY_DAY


def _noon_or_midnight(days: Sequence[Sequence[OpenInterval]]) -> bool:
    """Whether all that is known of the closing is 12:00."""
    return {intervals[-1].closes for intervals in days if intervals} == {DAY_MINUTES // 2}
