import hashlib

import pytest

from shops.importers.review import MAX_REVIEW_CHARS, ImportedReview, read_review

OF_2022 = {"place_name": "某咖啡", "place_id": "ChIJ1", "rating": "4", "comment_text": "手沖很好喝"}
OF_2024 = {"name": "某咖啡", "review": "手沖很好喝"}


def test_both_shapes_are_read() -> None:
    assert read_review(OF_2022) == ImportedReview("ChIJ1", "某咖啡", 4, "手沖很好喝")
    assert read_review(OF_2024) == ImportedReview("", "某咖啡", None, "手沖很好喝")


def test_the_hash_is_of_the_cleaned_text() -> None:
    review = read_review(OF_2024 | {"review": " 手沖\u200b很好喝\ufffd\r\n"})
    assert isinstance(review, ImportedReview)
    assert review.text_hash == hashlib.sha256("手沖很好喝".encode()).digest()


def test_lines_are_kept_and_the_length_is_capped() -> None:
    review = read_review(OF_2024 | {"review": "一\n\n二" + "長" * 6000})
    assert isinstance(review, ImportedReview)
    assert review.text.startswith("一\n二長")
    assert len(review.text) == MAX_REVIEW_CHARS


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (OF_2022 | {"rating": "6"}, "rating is not a whole number from 1 to 5"),
        (OF_2022 | {"rating": 4.5}, "rating is not a whole number from 1 to 5"),
        (OF_2022 | {"rating": True}, "rating is not a whole number from 1 to 5"),
        (OF_2022 | {"comment_text": " \u200b\ufffd"}, "no words"),
        (OF_2022 | {"comment_text": "👍👍"}, "no words"),
        (OF_2022 | {"comment_text": None}, "not a review"),
        (OF_2022 | {"place_id": 7}, "not a review"),
        ({"name": "某咖啡"}, "not a review"),
        (["某咖啡"], "not a review"),
    ],
)
def test_a_bad_review_is_not_taken(record: object, reason: str) -> None:
    assert read_review(record) == reason
