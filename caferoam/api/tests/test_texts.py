"""What members write can be read by others as it was meant: nothing in it hides, reverses or is not there."""

from typing import Any

import pytest
from rest_framework import serializers

from caferoam.api.texts import LineField, ProseField

LINE = LineField(max_length=5)
PROSE = ProseField(max_length=5)


def read(field: serializers.CharField, text: str) -> Any:
    """The value, or the codes of what is wrong."""
    try:
        return field.run_validation(text)
    except serializers.ValidationError as exc:
        return exc.get_codes()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("週末", "週末"),
        (" \u3000週末\n ", "週末"),
        ("  12345  ", "12345"),
        ("😀😀😀😀😀", "😀😀😀😀😀"),
        ("👩‍💻", "👩‍💻"),
        ("❤️", "❤️"),
        ("<b>'", "<b>'"),
        ("123456", ["max_length"]),
        ("", ["blank"]),
        (" \t ", ["blank"]),
        ("\u200d", ["blank"]),
        ("\ufe0f", ["blank"]),
        ("\u00a8", ["blank"]),
        ("a\nb", ["unseen"]),
        ("a\tb", ["unseen"]),
        ("a\x1bb", ["unseen"]),
        ("a\x7fb", ["unseen"]),
        ("a\u202eb", ["unseen"]),
        ("a\u2066b", ["unseen"]),
        ("a\u200fb", ["unseen"]),
        ("a\u200bb", ["unseen"]),
        ("a\u2028b", ["unseen"]),
        ("a\U000e0041", ["unseen"]),
    ],
)
def test_a_line_is_trimmed_and_can_be_seen(written: str, kept: object) -> None:
    assert read(LINE, written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("  ", ""),
        ("a\nb", "a\nb"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\r\nb\r\nc", "a\nb\nc"),
        ("a\tb", "a\tb"),
        ("123456", ["max_length"]),
        ("a\x00b", ["null_characters_not_allowed"]),
        ("a\x0bb", ["unseen"]),
        ("a\u202eb", ["unseen"]),
    ],
)
def test_prose_keeps_its_lines(written: str, kept: object) -> None:
    assert read(PROSE, written) == kept
