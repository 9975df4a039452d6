"""How the words of hours go together: days, then intervals or a word that says closed; days off may also stand behind.

What does not fit is not understood: a rule that is guessed sends somebody to a closed door.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from shops.hours.clock import Clock, Half, interval_between
from shops.hours.tokens import Kind, Token
from shops.hours.week import DAY_MINUTES, OpenInterval

_NAMES_DAYS: Final = {Kind.DAY, Kind.DAYS, Kind.HOLIDAYS, Kind.FREE_DAYS}
_BEGINS_INTERVAL: Final = {Kind.TIME, Kind.HALF, Kind.AROUND_THE_CLOCK}
_SAYS_NOTHING: Final = {Kind.SEPARATOR, Kind.FILLER}
_COUNT_OF_DAYS: Final = re.compile("[一二三四五]日")
"""休三日: so many days, or Wednesday and Sunday?"""


class NotUnderstoodError(Exception):
    """This is not how hours are written."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a rule. ``free_days``: it was said with 假日, which is more than the weekend, or less."""

    of_week: frozenset[int]
    free_days: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What one part of a text says. ``days`` is None where it names none; without intervals it says closed."""

    days: Days | None
    intervals: tuple[OpenInterval, ...]


class Reader:
    """Reads the words of one text from left to right, once."""

    def __init__(self, words: Sequence[Token]) -> None:
        self._words = words
        self._position = 0
        self._rules: list[Rule] = []
        self._days: Days | None = None  # named, but nothing said of them yet
        self._is_adding = False  # the last rule may get more intervals

    def rules(self) -> list[Rule]:
        """What the text says, in its order.

        Raises:
            NotUnderstoodError: somewhere.
        """
        while (kind := self._kind()) is not None:
            if kind in _SAYS_NOTHING:
                self._position += 1
            elif kind in _NAMES_DAYS:
                self._days = self._read_days()
                self._is_adding = False
            elif kind is Kind.OFF:
                self._read_off()
            elif kind is Kind.UNKNOWN:
                self._read_unknown()
            elif kind in _BEGINS_INTERVAL:
                self._add(self._read_interval())
            elif kind is Kind.LAST_ORDER:
                self._read_last_order()
            else:
                raise NotUnderstoodError
        if self._days is not None:
            raise NotUnderstoodError
        return [rule for rule in self._rules if rule.days is None or rule.days.of_week]

    def _kind(self) -> Kind | None:
        return self._words[self._position].kind if self._position < len(self._words) else None

    def _next(self, kind: Kind) -> Token:
        if self._kind() is not kind:
            raise NotUnderstoodError
        self._position += 1
        return self._words[self._position - 1]

    def _skip(self) -> None:
        while self._kind() in _SAYS_NOTHING:
            self._position += 1

    def _read_days(self) -> Days:
        """A list of days and ranges. Public holidays among them add nothing."""
        days: frozenset[int] = frozenset()
        free_days = False
        while (kind := self._kind()) in _NAMES_DAYS:
            word = self._words[self._position]
            self._position += 1
            free_days |= kind is Kind.FREE_DAYS
            self._skip()
            if kind is Kind.DAY and self._kind() is Kind.DASH:
                self._position += 1
                self._skip()
                days |= _range(word, self._next(Kind.DAY))
                self._skip()
            else:
                days |= word.days
        return Days(days, free_days)

    def _read_off(self) -> None:
        """公休 stands behind its days, or before them."""
        self._next(Kind.OFF)
        self._is_adding = False
        days, self._days = self._days, None
        if days is None:
            self._skip()
            counts_days = _COUNT_OF_DAYS.match("".join(word.text for word in self._words[self._position :]))
            days = self._read_days()
            if not days.of_week or counts_days or self._kind() in _BEGINS_INTERVAL:
                raise NotUnderstoodError
        self._rules.append(Rule(days, ()))

    def _read_unknown(self) -> None:
        """Of public holidays this may be said; of a weekday it is no rule."""
        self._next(Kind.UNKNOWN)
        if self._days is None or self._days.of_week:
            raise NotUnderstoodError
        self._days = None

    def _add(self, interval: OpenInterval) -> None:
        if self._is_adding:
            self._rules[-1] = replace(self._rules[-1], intervals=(*self._rules[-1].intervals, interval))
            return
        if self._days is None and any(rule.intervals for rule in self._rules):
            raise NotUnderstoodError  # whose are they?
        self._rules.append(Rule(self._days, (interval,)))
        self._days, self._is_adding = None, True

    def _read_interval(self) -> OpenInterval:
        if self._kind() is Kind.AROUND_THE_CLOCK:
            self._position += 1
            return OpenInterval(0, DAY_MINUTES)
        opens = self._read_clock()
        self._next(Kind.DASH)
        interval = interval_between(opens, self._read_clock())
        if interval is None:
            raise NotUnderstoodError
        return interval

    def _read_clock(self) -> Clock:
        """A time, with a word for the part of the day before it, or behind it in English."""
        half: Half | None = None
        if self._kind() is Kind.HALF:
            half = self._next(Kind.HALF).half
            self._skip()
        clock = self._next(Kind.TIME).clock
        if clock is None:
            raise NotUnderstoodError
        if self._kind() is Kind.HALF and self._words[self._position].text.isascii():
            if half is not None:
                raise NotUnderstoodError
            half = self._next(Kind.HALF).half
        return clock if half is None else replace(clock, half=half)

    def _read_last_order(self) -> None:
        """The kitchen's last hour is not the café's."""
        self._next(Kind.LAST_ORDER)
        self._skip()
        self._read_clock()
        if not self._is_adding or self._kind() is Kind.DASH:
            raise NotUnderstoodError


def _range(first: Token, last: Token) -> frozenset[int]:
    """From one day to the other, over the weekend if need be."""
    (start,), (end,) = first.days, last.days
    if start == end:
        raise NotUnderstoodError
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
