"""What visitors voted, as right answers.

    field         tag            yes             no              unknown
    socket        outlets        yes, maybe      no              empty
    wifi          wifi           mean >= 4       0 < mean < 4    0 (nobody voted)
    quiet         quiet          mean >= 4       0 < mean < 4    0
    limited_time  time_limit     yes, maybe      no              empty
                  no_time_limit  no              yes, maybe      empty

These are the rules by which the importer gives tags from votes, so a tag means the same wherever it comes from. "maybe"
(some seats have a socket; a limit when it is full) is a yes for the tag that the importer gives; ``maybe_counts=False``
leaves it out as unknown. A mean has no ties: 4 is a yes and anything between 0 and 4 is a no. What is unknown is left
out of the count for that tag, and is never a no.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shops.importers.votes import LEAST_MEAN, TAG_OF_VOTE, TAGS_OF_ANSWER


@dataclass(frozen=True, slots=True)
class Field:
    """One question that visitors voted on, and the tags that answer it: one, or one for each of two answers."""

    name: str
    tags: tuple[str, ...]


FIELDS: Final = (
    Field("socket", ("outlets",)),
    Field("limited_time", ("time_limit", "no_time_limit")),
    Field("wifi", ("wifi",)),
    Field("quiet", ("quiet",)),
)
TAGS: Final = tuple(tag for field in FIELDS for tag in field.tags)


def labels_of(votes: Mapping[str, object], *, maybe_counts: bool = True) -> dict[str, bool]:
    """Whether each tag is right for a café with these votes. Tags of which they say nothing are left out."""
    labels: dict[str, bool] = {}
    for field in FIELDS:
        vote = votes.get(field.name)
        if field.name in TAG_OF_VOTE:
            if isinstance(vote, int | float) and vote > 0:
                labels[TAG_OF_VOTE[field.name]] = vote >= LEAST_MEAN
        elif vote in {"yes", "no"} or (vote == "maybe" and maybe_counts):
            right = TAGS_OF_ANSWER[field.name].get(str(vote), (None, 0.0))[0]
            labels.update({tag: tag == right for tag in field.tags})
    return labels
