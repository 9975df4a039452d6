import time

import pytest

from caferoam.text.matching import IGNORED, Match, Matcher, Term
from caferoam.text.normalize import normalize, normalize_with_offsets

MATCHER = Matcher(
    [
        Term("WiFi", "tag", "wifi"),
        Term("Ｗi-Ｆi", "tag", "wifi"),
        Term("免費wifi", "tag", "wifi"),
        Term("插座", "tag", "outlets"),
        Term("outlets", "tag", "outlets"),
        Term("限時", "tag", "time_limit"),
        Term("不限時", "tag", "no_time_limit"),
        Term("no time limit", "tag", "no_time_limit"),
        Term("沒有低消", "tag", "no_minimum_charge"),
        Term("低消", "tag", "minimum_charge"),
        Term("bar", "tag", "bar"),
        Term("24小時", "tag", "late_night"),
        Term("無線網路", "tag", "wifi"),
        Term("工作", "tag", "work"),
        Term("工作人員", IGNORED, "工作人員"),
        Term("café", "tag", "cafe"),
        Term("中山區", "district", "台北市/中山區"),
        Term("中山區", "district", "基隆市/中山區"),
        Term("安靜", "tag", "quiet"),
    ]
)


def found(text: str) -> list[tuple[str, str]]:
    normal = normalize(text)
    return [(normal[match.start : match.end], match.key) for match in MATCHER.find(normal)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有插座的店", [("插座", "outlets")]),
        ("ＷＩＦＩ快，ＯＵＴＬＥＴＳ多", [("wifi", "wifi"), ("outlets", "outlets")]),
        ("有Wi-Fi嗎", [("wi-fi", "wifi")]),
        ("免費WIFI", [("免費wifi", "wifi")]),
        ("不限時", [("不限時", "no_time_limit")]),
        ("限時", [("限時", "time_limit")]),
        ("a place with no time limit please", [("no time limit", "no_time_limit")]),
        ("no time", []),
        ("barista bars crossbar", []),
        ("bar,bar bar", [("bar", "bar")] * 3),
        ("吧bar吧", [("bar", "bar")]),
        ("wifi6", []),
        ("24小時", [("24小時", "late_night")]),
        ("124小時", []),
        ("cafés café", [("café", "cafe")]),
        ("服務的工作人員", []),
        ("工作人員不在就工作", [("工作", "work")]),
        ("插座插座", [("插座", "outlets")] * 2),
        ("", []),
    ],
)
def test_the_longest_surface_wins_and_latin_words_stand_alone(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_surface_of_two_things_gives_a_match_for_each() -> None:
    assert found("中山區") == [("中山區", "台北市/中山區"), ("中山區", "基隆市/中山區")]


def test_the_same_term_twice_is_found_once() -> None:
    twice = Matcher([Term("插座", "tag", "outlets"), Term("插座", "tag", "outlets")])
    assert twice.find("插座") == [Match(0, 2, "tag", "outlets")]


def test_matches_lead_back_to_the_words_as_written() -> None:
    text = normalize_with_offsets("臺北　有ＷｉＦｉ與插\u200b座")
    assert [text.original(m.start, m.end) for m in MATCHER.find(text.text)] == ["ＷｉＦｉ", "插\u200b座"]


def test_a_question_asks_about_the_thing_and_not_about_its_absence() -> None:
    [asked] = MATCHER.find("有沒有低消")
    assert (asked.key, asked.negated, asked.asserted) == ("minimum_charge", False, False)
    assert found("沒有低消") == [("沒有低消", "no_minimum_charge")]


def test_a_word_that_only_begins_like_a_denial_is_found_after_its_verb() -> None:
    assert found("有無線網路") == [("無線網路", "wifi")]


@pytest.mark.parametrize("surface", ["", "  ", "\u200b"])
def test_a_term_without_a_surface_is_refused(surface: str) -> None:
    with pytest.raises(ValueError, match=r"'wifi'.*empty surface"):
        Matcher([Term(surface, "tag", "wifi")])


@pytest.mark.slow
def test_a_long_review_is_read_at_the_pace_the_tagger_needs() -> None:
    """3 ms for 5,000 characters is the aim on a quiet machine; ten times that would mean a walk that is not linear."""
    first = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]
    matcher = Matcher([Term(f"{char}{other}", "tag", char) for char, other in zip(first, reversed(first), strict=True)])
    review = ("這家店沒有很吵、" + "".join(first[:42])) * 100
    started = time.process_time()
    matcher.find(review)
    assert time.process_time() - started < 0.030
