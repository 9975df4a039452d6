"""Imports review texts, one JSON object a line, for the shops that they can be matched to."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedIOBase
from uuid import UUID

from django.db import connection, transaction

from shops.importers.errors import ImportRefused
from shops.importers.places import AmbiguousPlace, PlaceIndex
from shops.importers.review import ImportedReview, is_review, read_review
from shops.importers.source import Progress, open_source

MAX_LINE_BYTES = 1024**2

_STAGE = """
    DROP TABLE IF EXISTS pg_temp.incoming_reviews;
    CREATE TEMP TABLE incoming_reviews (shop_id uuid, rating int, text text, text_hash bytea) ON COMMIT DROP;
"""

# The unique key drops repeats, within the file and of what is there: it is one statement, so that triggers fire once.
_INSERT = """
    INSERT INTO shop_reviews (shop_id, source, rating, text, text_hash)
    SELECT DISTINCT ON (shop_id, text_hash) shop_id, %s, rating, text, text_hash
      FROM incoming_reviews
     ORDER BY shop_id, text_hash, rating DESC NULLS LAST
    ON CONFLICT ON CONSTRAINT shop_reviews_text_once DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """Counts of reviews, except where said."""

    inserted: int
    unchanged: int
    """Of a known shop, and there before."""
    repeated: int
    """The same words for the same shop once more in this file."""
    unmatched: int
    unmatched_places: int
    """Places of the file that no shop matches."""
    ambiguous: int
    ambiguous_places: int
    """Places of the file whose name several shops have."""
    rejected: dict[str, int]
    """Reason -> reviews."""
    matched_shops: int


class _Places:
    """Finds each place once, and counts those that lead nowhere."""

    def __init__(self) -> None:
        self._index = PlaceIndex()
        self.unmatched: Counter[tuple[str, str]] = Counter()
        self.ambiguous: Counter[tuple[str, str]] = Counter()
        self._find = lru_cache(maxsize=4096)(self._look_up)

    def shop_of(self, review: ImportedReview) -> UUID | None:
        place = (review.place_id, review.place_name)
        found = self._find(*place)
        if found is AmbiguousPlace:
            self.ambiguous[place] += 1
        elif found is None:
            self.unmatched[place] += 1
        return found if isinstance(found, UUID) else None

    def _look_up(self, place_id: str, name: str) -> UUID | type[AmbiguousPlace] | None:
        try:
            return self._index.find(place_id=place_id, name=name)
        except AmbiguousPlace:
            return AmbiguousPlace


def import_reviews(
    source: str, *, published_at: str = "google", dry_run: bool = False, progress: Progress | None = None
) -> ReviewReport:
    """Add the reviews of the file or address ``source`` that are not there yet, all of them or none.

    ``published_at`` is the site they come from: the same words from two sites are two reviews.

    Raises:
        ImportRefused: the source cannot be read, a line is not JSON, or the first line is not a review.
    """
    rejected: Counter[str] = Counter()
    with open_source(source, progress=progress) as file, transaction.atomic(), connection.cursor() as cursor:
        places = _Places()
        cursor.execute(_STAGE)
        with cursor.copy("COPY incoming_reviews FROM STDIN") as copy:
            for record in _lines(file):
                review = read_review(record)
                if isinstance(review, str):
                    rejected[review] += 1
                elif shop_id := places.shop_of(review):
                    copy.write_row((shop_id, review.rating, review.text, review.text_hash))
        cursor.execute("ANALYZE incoming_reviews")
        cursor.execute(
            "SELECT count(*), count(DISTINCT (shop_id, text_hash)), count(DISTINCT shop_id) FROM incoming_reviews"
        )
        matched, distinct, shops = cursor.fetchone()
        cursor.execute(_INSERT, [published_at])
        inserted = cursor.rowcount
        if dry_run:
            transaction.set_rollback(True)
    return ReviewReport(
        inserted=inserted,
        unchanged=distinct - inserted,
        repeated=matched - distinct,
        unmatched=places.unmatched.total(),
        unmatched_places=len(places.unmatched),
        ambiguous=places.ambiguous.total(),
        ambiguous_places=len(places.ambiguous),
        rejected=dict(rejected),
        matched_shops=shops,
    )


def _lines(file: BufferedIOBase) -> Iterator[object]:
    number = 0
    first = True
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise ImportRefused(f"line {number} is longer than {MAX_LINE_BYTES // 1024} kB")
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as exc:  # ValueError covers bytes that are not UTF-8 as well
            raise ImportRefused(f"line {number} is not JSON: {exc}") from exc
        if first and not is_review(record):
            raise ImportRefused(
                f"line {number} is not a review: place_name and comment_text, or name and review, are expected"
            )
        first = False
        yield record
    if first:
        raise ImportRefused("the file is empty")
