"""The table of limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class Subject(StrEnum):
    """Who is counted."""

    ADDRESS = "address"
    MEMBER = "member"
    """Whoever asks without a token counts by address instead."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in a window, which begins with the first of them."""

    requests: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted together, and how much of it one subject may do."""

    name: str
    subject: Subject
    rates: tuple[Rate, ...]
    needs_redis: bool = False
    """Whether it is refused while Redis cannot count it: what costs money or space, or cannot be taken back."""


ANY: Final = Scope("any", Subject.ADDRESS, (Rate(300, _MINUTE), Rate(3_000, _HOUR)))
FAILED_AUTHENTICATION: Final = Scope("failed_authentication", Subject.ADDRESS, (Rate(30, _MINUTE),))
MEMBER: Final = Scope("member", Subject.MEMBER, (Rate(120, _MINUTE),))

_CONTRIBUTION: Final = (Rate(10, _MINUTE), Rate(100, _DAY))
_RARE: Final = (Rate(5, _DAY),)
_OF_VIEWS: Final = (
    Scope("search", Subject.MEMBER, (Rate(20, _MINUTE),), needs_redis=True),
    Scope("uploads", Subject.MEMBER, _CONTRIBUTION, needs_redis=True),
    Scope("checkins", Subject.MEMBER, _CONTRIBUTION, needs_redis=True),
    Scope("reviews", Subject.MEMBER, _CONTRIBUTION, needs_redis=True),
    Scope("reports", Subject.MEMBER, _CONTRIBUTION, needs_redis=True),
    Scope("export", Subject.MEMBER, _RARE, needs_redis=True),
    Scope("deletion", Subject.MEMBER, _RARE, needs_redis=True),
    Scope("unsubscribe", Subject.ADDRESS, (Rate(60, _MINUTE),)),
    Scope("webhook", Subject.ADDRESS, (Rate(60, _MINUTE),)),
)

VIEW_SCOPES: Final[Mapping[str, Scope]] = {scope.name: scope for scope in _OF_VIEWS}
"""Those that views name, each in its ``throttle_scope``."""
ALL_SCOPES: Final = (ANY, FAILED_AUTHENTICATION, MEMBER, *_OF_VIEWS)
