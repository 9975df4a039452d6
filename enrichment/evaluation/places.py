"""Cafés with reviews and votes, as the data folder has them."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from caferoam.errors import CafeRoamError
from enrichment.reading import FULL_REVIEW_CHARS, MAX_REVIEW_CHARS, MAX_REVIEWS

PAIRS: Final = "reviews/review_place_to_cafenomad.jsonl"
"""Which reviewed place is which voted café, with its votes."""
_REVIEW_FILES: Final = {
    "google_reviews_cafes_2022_part": ("place_name", "comment_text"),
    "google_reviews_cafes_2024-04_part": ("name", "review"),
}
"""File -> its fields for the place and the text."""

type Part = Literal["tuning", "held_out"]


class DataMissing(CafeRoamError):
    """The folder has no such file, or it cannot be read."""

    code = "data_missing"


@dataclass(frozen=True)
class Place:
    """A café: what visitors wrote, as the describer is shown it, and what they voted (nothing where nobody did)."""

    id: str
    reviews: tuple[str, ...]
    votes: Mapping[str, object]

    @property
    def part(self) -> Part:
        """Rules may be made looking at the one half; how good they are is read from the other. Fixed by the id."""
        return "held_out" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "tuning"


def voted_places(folder: Path) -> list[Place]:
    """The places that have both, by the hash of their ids, so that the first of them are a fair sample.

    Raises:
        DataMissing
    """
    reviews = _read_reviews(folder)
    votes: dict[str, Mapping[str, object]] = {}
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for pair in _lines(folder / PAIRS):
        cafe = str(pair["cafenomad_id"])
        votes[cafe] = pair
        texts[cafe] += reviews.get(_reviewed_as(pair), ())
    places = [Place(cafe, choose(texts[cafe]), votes[cafe]) for cafe in votes if texts[cafe]]
    return sorted(places, key=lambda place: hashlib.sha256(place.id.encode()).digest())


def other_places(folder: Path) -> list[Place]:
    """Reviewed places that nobody voted on.

    Raises:
        DataMissing
    """
    reviews = _read_reviews(folder)
    voted = {_reviewed_as(pair) for pair in _lines(folder / PAIRS)}
    return [Place("/".join(key), choose(texts), {}) for key, texts in reviews.items() if key not in voted and texts]


def choose(texts: Sequence[str]) -> tuple[str, ...]:
    """What enrichment shows a describer: the fullest reviews, each cut. Repeats are left out, as one visitor's."""
    cut = dict.fromkeys(text[:MAX_REVIEW_CHARS] for text in texts)
    return tuple(sorted(cut, key=lambda text: -min(len(text), FULL_REVIEW_CHARS))[:MAX_REVIEWS])


def _reviewed_as(pair: Mapping[str, object]) -> tuple[str, str]:
    """The file and name under which a voted café was reviewed."""
    file = str(pair["review_file"])
    return file, str(pair.get("name") or pair.get("place_name"))


def _read_reviews(folder: Path) -> dict[tuple[str, str], list[str]]:
    reviews: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for file, (place, text) in _REVIEW_FILES.items():
        for review in _lines(folder / "reviews" / f"{file}.jsonl.gz"):
            if str(review[text]).strip():
                reviews[file, str(review[place])].append(str(review[text]))
    return reviews


def _lines(path: Path) -> Iterator[Mapping[str, object]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
    except (OSError, ValueError) as exc:
        raise DataMissing(f"{path.name} cannot be read: {exc}") from exc
