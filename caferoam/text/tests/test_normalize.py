import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caferoam.text.normalize import normalize, normalize_with_offsets


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＷｉＦｉ　免費", "wifi 免費"),
        ("Wi-Fi", "wi-fi"),
        ("臺北市大安區", "台北市大安區"),
        ("  安靜 \t\n 的  店 ", "安靜 的 店"),
        ("插\u200b座\ufeff", "插座"),
        ("無\x00障\x07礙", "無障礙"),
        ("ｶﾌｪ", "カフェ"),
        ("ﾊﾞｰ", "バー"),
        ("e\u0301lan", "élan"),
        ("e\u200b\u0301lan", "élan"),
        ("❤\ufe0f咖啡", "❤咖啡"),
        ("don’t", "don't"),
        ("don´t", "don't"),
        ("pet\u2011friendly", "pet-friendly"),
        ("㎡", "m2"),
        ("①②", "12"),
        ("限時９０分鐘！", "限時90分鐘!"),
        ("\ud800插座", "插座"),
        ("", ""),
        (" \u3000\u200b", ""),
    ],
)
def test_variants_of_one_spelling_become_the_same_text(written: str, normal: str) -> None:
    assert normalize(written) == normal


@given(st.text())
def test_normal_text_stays_as_it_is(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text())
def test_normal_text_is_lower_case_and_has_no_blanks_at_its_ends_nor_two_in_a_row(text: str) -> None:
    normal = normalize(text)
    assert normal == normal.strip()
    assert "  " not in normal
    assert "臺" not in normal
    assert not any("A" <= char <= "Z" for char in normal)


def test_every_character_of_unicode_has_a_stable_normal_form() -> None:
    every = (chr(code) for code in range(0, sys.maxunicode, 7))
    unstable = [hex(ord(char)) for char in every if normalize(normalize(f"a{char}b")) != normalize(f"a{char}b")]
    assert unstable == []


@given(st.text())
def test_each_character_points_to_where_it_came_from_in_order(text: str) -> None:
    found = normalize_with_offsets(text)
    assert len(found.offsets) == len(found.text)
    assert list(found.offsets) == sorted(found.offsets)
    assert all(0 <= offset < len(text) for offset in found.offsets)


@pytest.mark.parametrize(
    ("written", "part", "original"),
    [
        ("有　ＷＩＦＩ、插座", "wifi", "ＷＩＦＩ"),
        ("有　ＷＩＦＩ、插座", "插座", "插座"),
        ("  臺北  咖啡 ", "台北 咖啡", "臺北  咖啡"),
        ("30㎡大", "m2", "㎡"),
        ("30㎡大", "m", "㎡"),
        ("cafe\u0301好", "café", "cafe\u0301"),
        ("插\u200b座很多", "插座", "插\u200b座"),
        ("插座 ", "插座", "插座"),
    ],
)
def test_a_part_leads_back_to_the_words_as_written(written: str, part: str, original: str) -> None:
    found = normalize_with_offsets(written)
    start = found.text.index(part)
    assert found.original(start, start + len(part)) == original


def test_an_empty_part_is_empty_in_the_original_too() -> None:
    assert normalize_with_offsets("插座").original(1, 1) == ""


def test_line_breaks_survive_only_when_asked_for() -> None:
    review = "沒有\n\n 插座\u2028很吵 的"
    assert normalize(review) == "沒有 插座 很吵 的"
    assert normalize_with_offsets(review, keep_line_breaks=True).text == "沒有\n插座\n很吵 的"
