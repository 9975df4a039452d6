"""What Cafe Nomad's visitors voted, as tags.

The dump gives each vote's mean (0 to 5, 0 where nobody voted) and never how many voted, so no vote makes a tag certain:

* A mean of 4 or more gives the tag the confidence ``0.7 + 0.2 * (mean - 4)``: 4 is 0.7, 4.5 is 0.8, 5 is 0.9.
  Less than 4 says nothing for the tag, and nothing sure against it.
* A plain answer gives 0.9. "maybe" (some seats have a socket; a limit when it is full) gives 0.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST_MEAN: Final = 4.0
ANSWERED: Final = 0.9
SOMETIMES: Final = 0.5

TAG_OF_VOTE: Final = {
    "wifi": "wifi",
    "quiet": "quiet",
    "cheap": "affordable",
    "seat": "many_seats",
    "music": "good_music",
}
"""Field of the dump -> tag. ``tasty`` speaks of coffee and food alike, so it gives none."""

TAGS_OF_ANSWER: Final = {
    "socket": {"yes": ("outlets", ANSWERED), "maybe": ("outlets", SOMETIMES)},
    "limited_time": {
        "yes": ("time_limit", ANSWERED),
        "maybe": ("time_limit", SOMETIMES),
        "no": ("no_time_limit", ANSWERED),
    },
    "standing_desk": {"yes": ("standing_desk", ANSWERED)},
}

VOTED_TAGS: Final = frozenset(TAG_OF_VOTE.values()) | {
    tag for answers in TAGS_OF_ANSWER.values() for tag, _ in answers.values()
}


@dataclass(frozen=True, slots=True)
class VotedTag:
    """One tag that a vote or answer gives, with the field and the words it rests on."""

    tag_id: str
    confidence: float
    field: str
    quote: str


def voted_tags(attributes: Mapping[str, float | str]) -> tuple[VotedTag, ...]:
    """The tags that votes and answers give, by the rule above."""
    tags = []
    for field, tag_id in TAG_OF_VOTE.items():
        mean = attributes.get(field, 0)
        if isinstance(mean, (int, float)) and mean >= LEAST_MEAN:
            confidence = round(0.7 + 0.2 * (mean - LEAST_MEAN), 3)
            tags.append(VotedTag(tag_id, confidence, field, f"{field}: {mean:g} of 5"))
    for field, answers in TAGS_OF_ANSWER.items():
        answer = attributes.get(field)
        if isinstance(answer, str) and answer in answers:
            tag_id, confidence = answers[answer]
            tags.append(VotedTag(tag_id, confidence, field, f"{field}: {answer}"))
    return tuple(tags)
