"""What visitors voted: numbers from 1 to 5 (0 is no vote) and answers, in Cafe Nomad's names for them.

https://cafenomad.tw/developers/docs/v1.2
"""

from collections.abc import Iterator, Mapping
from typing import Final

from caferoam.providers.llm.offline.mentions import Mention
from caferoam.providers.llm.protocol import Evidence

_GRADED: Final = {
    "wifi": "wifi",
    "quiet": "quiet",
    "seat": "many_seats",
    "cheap": "affordable",
    "music": "good_music",
}
_ANSWERED: Final[Mapping[str, Mapping[str, tuple[str, float]]]] = {
    "socket": {"yes": ("outlets", 4), "maybe": ("outlets", 1), "no": ("outlets", -4)},
    "limited_time": {"yes": ("time_limit", 4), "maybe": ("time_limit", 1), "no": ("no_time_limit", 4)},
    "standing_desk": {"yes": ("standing_desk", 4), "no": ("standing_desk", -4)},
}
"""Answer -> tag and weight, where 1 is one visitor's word in a review."""


def read_votes(attributes: Mapping[str, object]) -> Iterator[Mention]:
    """Votes and answers as mentions. Attributes that are not known here, or of another type, say nothing."""
    for name, value in attributes.items():
        found = _graded(name, value) or _answered(name, value)
        if found is not None and found[1]:
            yield Mention(*found, Evidence(str(value), field=f"attributes.{name}"))


def _graded(name: str, value: object) -> tuple[str, float] | None:
    if name not in _GRADED or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _GRADED[name], grade_weight(value)


def grade_weight(grade: float) -> float:
    """From 3.5 up it speaks for the tag (5 as four visitors), from 2 down against it (1 as three)."""
    if grade >= 3.5:
        return min(4.0, 2 * (grade - 3))
    if 0 < grade <= 2:
        return -2 * (2.5 - max(1.0, grade))
    return 0.0


def _answered(name: str, value: object) -> tuple[str, float] | None:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if not isinstance(value, str):
        return None
    return _ANSWERED.get(name, {}).get(value.strip().lower())
