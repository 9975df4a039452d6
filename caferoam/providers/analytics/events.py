"""Everything that analytics can be told: nothing else leaves the house.

An event says how often and roughly how, never who or what: no ids, no words that somebody wrote, no names. Its fields
are switches, small counts and words from lists in this module; a test holds every event to that. So nobody's consent is
asked for, and nothing has to be forgotten when a member leaves.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self


class Many(StrEnum):
    """How many, roughly: an exact number of results may tell what was searched for."""

    NONE = "0"
    ONE = "1"
    A_FEW = "2-5"
    SOME = "6-20"
    MANY = "21-100"
    MOST = "over 100"

    @classmethod
    def of(cls, count: int) -> Self:
        """The word for a number."""
        limits = ((0, cls.NONE), (1, cls.ONE), (5, cls.A_FEW), (20, cls.SOME), (100, cls.MANY))
        return next((word for limit, word in limits if count <= limit), cls.MOST)


class Took(StrEnum):
    """How long something took, roughly."""

    INSTANT = "under 50 ms"
    SHORT = "50 to 200 ms"
    NOTICED = "200 ms to 1 s"
    LONG = "1 s or more"

    @classmethod
    def of(cls, time: timedelta) -> Self:
        """The word for a time."""
        limits = ((0.05, cls.INSTANT), (0.2, cls.SHORT), (1.0, cls.NOTICED))
        return next((word for limit, word in limits if time.total_seconds() < limit), cls.LONG)


class Mode(StrEnum):
    """What somebody wants to do in a café."""

    WORK = "work"
    REST = "rest"
    SOCIAL = "social"
    ANY = "any"


class Language(StrEnum):
    """A member's."""

    ZH_TW = "zh-TW"
    EN = "en"


class Event:
    """Something that happened in the product; the subclasses in this module are all there are."""

    name: ClassVar[str]

    def properties(self) -> dict[str, bool | int | str]:
        """The fields as they are told.

        Raises:
            TypeError: one is neither a switch, a number nor a word from a list.
        """
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]  # each is a dataclass


@dataclass(frozen=True)
class Searched(Event):
    """A member has got a page of a search. ``wanted`` and ``avoided`` are numbers of tags that the text named."""

    name = "search"

    results: Many
    wanted: int
    avoided: int
    mode: Mode
    has_place: bool
    is_degraded: bool
    is_first_page: bool
    took: Took


@dataclass(frozen=True)
class CheckedIn(Event):
    """A member has checked in at a café."""

    name = "check_in"

    photos: int
    has_menu_photo: bool
    has_note: bool


@dataclass(frozen=True)
class ListCreated(Event):
    """A member has started a list."""

    name = "list_created"


@dataclass(frozen=True)
class ShopListed(Event):
    """A member has put a café on a list that was not on it."""

    name = "shop_listed"

    has_note: bool


@dataclass(frozen=True)
class SignedUp(Event):
    """Somebody has become a member."""

    name = "sign_up"

    language: Language
    wants_weekly_email: bool


@dataclass(frozen=True)
class DigestSent(Event):
    """All of a weekly edition has gone out. ``recipients`` were sent it."""

    name = "digest_sent"

    recipients: int
    is_automatic: bool


def _plain(value: object) -> bool | int | str:
    match value:
        case StrEnum():
            return value.value
        case bool() | int():
            return value
    raise TypeError(f"{type(value).__name__} is nothing that analytics may be told")
