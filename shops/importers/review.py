"""One line of a review file, checked and cleaned. Pure: no database, no files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shops.importers.cleaning import clean_passage

MAX_REVIEW_CHARS: Final = 5000


@dataclass(frozen=True, slots=True)
class ImportedReview:
    """``place_id`` is empty where the file has none."""

    place_id: str
    place_name: str
    rating: int | None
    text: str

    @property
    def text_hash(self) -> bytes:
        """SHA-256 of the cleaned text."""
        return hashlib.sha256(self.text.encode()).digest()


def is_review(record: object) -> bool:
    """Whether a line has one of the two shapes known: place_name and comment_text, or name and review."""
    return isinstance(record, Mapping) and (
        {"place_name", "comment_text"} <= record.keys() or {"name", "review"} <= record.keys()
    )


def read_review(record: object) -> ImportedReview | str:
    """The review, or why it is not taken."""
    if not isinstance(record, Mapping) or not is_review(record):
        return "not a review"
    place_name = record.get("place_name", record.get("name"))
    text = record.get("comment_text", record.get("review"))
    place_id = record.get("place_id") or ""
    if not (isinstance(place_name, str) and isinstance(place_id, str) and isinstance(text, str)):
        return "not a review"
    cleaned = clean_passage(text, max_chars=MAX_REVIEW_CHARS)
    if not any(char.isalnum() for char in cleaned):
        return "no words"  # what stars alone or 👍 say is no evidence for a tag
    rating = record.get("rating")
    if rating is None or rating == "":
        return ImportedReview(place_id.strip(), place_name, None, cleaned)
    if isinstance(rating, bool) or str(rating) not in {"1", "2", "3", "4", "5"}:
        return "rating is not a whole number from 1 to 5"
    return ImportedReview(place_id.strip(), place_name, int(str(rating)), cleaned)
