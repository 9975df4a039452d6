"""How well a shop suits working, resting and meeting people, from the tags that speak for each."""

from collections.abc import Mapping
from typing import Final

from caferoam.providers.llm.protocol import Modes

_WORK: Final = {
    "casual_work": 0.9, "deep_work": 0.9, "laptop_friendly": 0.8, "late_night_work": 0.7, "study": 0.7, "outlets": 0.5,
    "no_time_limit": 0.35, "wifi": 0.35, "quiet": 0.3, "standing_desk": 0.3, "meeting": 0.3,
}  # fmt: skip
_REST: Final = {
    "healing": 0.7, "slow_morning": 0.7, "reading": 0.6, "cosy": 0.5, "homelike": 0.5, "quiet": 0.5, "solo": 0.5,
    "comfortable_seats": 0.4, "greenery": 0.4, "good_music": 0.3, "natural_light": 0.3, "scenic_view": 0.3,
    "soft_light": 0.3,
}  # fmt: skip
_SOCIAL: Final = {
    "friends": 0.8, "small_group": 0.8, "date": 0.6, "games": 0.6, "lively": 0.6, "cocktail_bar": 0.5, "family": 0.5,
    "afternoon_tea": 0.4, "meeting": 0.4, "alcohol": 0.3, "brunch": 0.3, "rentable_space": 0.3, "spacious": 0.3,
    "many_seats": 0.2,
}  # fmt: skip
_AGAINST_WORK: Final = {"time_limit": 0.5, "lively": 0.3}
_AGAINST_REST: Final = {"lively": 0.4, "time_limit": 0.2}


def modes_of(tags: Mapping[str, float]) -> Modes | None:
    """From the confidence of each tag; None where no tag says anything of any mode."""
    modes = Modes(
        work=_either(tags, _WORK) * (1 - _either(tags, _AGAINST_WORK)),
        rest=_either(tags, _REST) * (1 - _either(tags, _AGAINST_REST)),
        social=_either(tags, _SOCIAL),
    )
    if not (modes.work or modes.rest or modes.social):
        return None
    return Modes(work=round(modes.work, 3), rest=round(modes.rest, 3), social=round(modes.social, 3))


def _either(tags: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The chance that at least one of the tags makes it so: 1 - Π(1 - weight · confidence)."""
    neither = 1.0
    for tag_id, weight in weights.items():
        neither *= 1 - weight * tags.get(tag_id, 0.0)
    return 1 - neither
