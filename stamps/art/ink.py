"""What makes one stamp look unlike the next. Nothing about it is random: all of it follows from the café's id."""

import hashlib
from typing import Final
from uuid import UUID

INKS: Final = (
    "#c2452d",  # vermilion
    "#c43c50",  # cinnabar
    "#b8487f",  # plum
    "#9a57b5",  # wisteria
    "#7167c4",  # gentian
    "#4574c4",  # indigo
    "#217fa8",  # harbour
    "#1f8580",  # celadon
    "#2e8757",  # jade
    "#5e8230",  # tea
    "#8c7422",  # osmanthus
    "#a8662b",  # caramel
)
"""Inks of about the same lightness, so that each can be read on white paper and in the dark alike."""


class Grain:
    """A well of numbers that are the same for the same café on every machine, for ever."""

    def __init__(self, shop_id: UUID) -> None:
        self._bytes = hashlib.shake_256(shop_id.bytes).digest(2048)
        self._taken = 0

    def fraction(self) -> float:
        """The next number, from 0 to below 1."""
        first, second = self._bytes[self._taken : self._taken + 2]
        self._taken += 2
        return (first * 256 + second) / 65_536

    def between(self, least: float, most: float) -> float:
        """The next number, in this range."""
        return least + (most - least) * self.fraction()

    def below(self, count: int) -> int:
        """The next whole number, from 0 to ``count - 1``."""
        return int(self.fraction() * count)
