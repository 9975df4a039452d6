import pytest

from caferoam.text.matching import Matcher, Term
from caferoam.text.spelling import Spelling, edit_distance

MATCHER = Matcher(
    Term(surface, "tag", surface)
    for surface in ("quiet", "outlets", "reservation", "laptop friendly", "vegan", "cake", "安靜", "brunch", "outlet")
)


def found(text: str) -> list[tuple[str, str]]:
    return [(text[match.start : match.end], match.key) for match in MATCHER.find(text, typos=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qiuet place", [("qiuet", "quiet")]),
        ("quiiet", [("quiiet", "quiet")]),
        ("quit", []),
        ("queit", [("queit", "quiet")]),
        ("resevation", [("resevation", "reservation")]),
        ("resevatoin", [("resevatoin", "reservation")]),
        ("rsrvtion", []),
        ("a laptop freindly cafe", [("laptop freindly", "laptop friendly")]),
        ("安靜的brunhc店", [("安靜", "安靜"), ("brunhc", "brunch")]),
        ("cakke", []),  # cake has four letters: too short to be corrected to
        ("xuiet", []),  # never the first letter
        ("quite nice", []),
        ("outletz", []),  # outlet or outlets? equally near
        ("quiet", [("quiet", "quiet")]),
    ],
)
def test_slips_in_long_latin_words_are_forgiven(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_slips_are_not_forgiven_unless_asked_for() -> None:
    assert MATCHER.find("qiuet") == []


def test_offsets_stay_those_of_the_text_as_given() -> None:
    text = "not qiuet, no resevatoin but vegan"
    matches = MATCHER.find(text, typos=True)
    assert [(text[m.start : m.end], m.negated) for m in matches] == [
        ("qiuet", True),
        ("resevatoin", True),
        ("vegan", False),
    ]
    assert [m.negation_start for m in matches] == [0, 11, None]


def test_a_slip_at_the_very_end_keeps_its_offsets_too() -> None:
    [match] = MATCHER.find("a qiuet", typos=True)
    assert (match.start, match.end) == (2, 7)


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abcd", 1),
        ("abc", "axc", 1),
        ("ca", "abc", 3),
    ],
)
def test_distance_counts_a_swap_of_neighbours_as_one(left: str, right: str, distance: int) -> None:
    assert edit_distance(left, right) == distance
    assert edit_distance(right, left) == distance


def test_words_of_a_surface_are_its_long_latin_words() -> None:
    assert Spelling.words_of("laptop friendly 筆電 usb3 don't") == ["laptop", "friendly"]
