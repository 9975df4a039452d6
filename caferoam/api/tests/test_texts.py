"""What members write can be read by others as it was meant: nothing in it hides, reverses or is not there."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from caferoam.api.texts import LineField, ProseField
from caferoam.text.normalize import normalize

LINE = LineField(max_length=5)
PROSE = ProseField(max_length=5)
ODD = "a 咖\u3000\t\n\r\x00\x07\x1f\x7f\x85\xad\u200b\u200d\u202e\u2066\ufe0f\ufeff\u3164\u2800"


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
        ("\u3164", ["blank"]),
        ("\u2800 \u115f", ["blank"]),
        ("\ufffe", ["blank"]),
        ("\u034f\U000e0100", ["blank"]),
        ("\u3164a", "\u3164a"),
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


@given(text=st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"])))
@pytest.mark.parametrize("field", [LineField(), ProseField()], ids=["line", "prose"])
def test_the_pattern_in_the_description_says_what_is_taken(field: LineField | ProseField, text: str) -> None:
    # That prose may be empty is described beside its pattern.
    described = re.search(field.pattern, text) is not None or (isinstance(field, ProseField) and not text)
    taken = isinstance(read(field, text), str)
    hidden_beyond = any("\U000e0000" <= character <= "\U000e01ef" for character in text)
    is_empty_to_the_eye = isinstance(field, LineField) and not normalize(text)
    if not hidden_beyond and not is_empty_to_the_eye and text == text.strip():
        assert taken == described
    assert described or not taken or text != text.strip(), "it says no less than what is refused"
