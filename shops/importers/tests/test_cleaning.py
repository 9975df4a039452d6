import pytest

from shops.importers.cleaning import clean_line, clean_passage, clean_url, name_key


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  Café\tOne \n", "Café One"),
        ("Ａｂｃ　（一店）", "Abc (一店)"),
        ("Tom &amp; Jerry&#39;s", "Tom & Jerry's"),
        ("咖\u200b啡\x00館\ufeff", "咖啡館"),
        ("臺北 Coffee", "臺北 Coffee"),
        ("壞\ufffd字\ud800", "壞字"),
    ],
)
def test_a_line_is_cleaned_but_keeps_its_case_and_characters(dirty: str, clean: str) -> None:
    assert clean_line(dirty) == clean


def test_a_passage_keeps_its_lines_and_width() -> None:
    assert (
        clean_passage(" 一：\u200b10\u202f點\r\n\r\n  二　休息\x07 \u2028三", max_chars=100) == "一：10 點\n二 休息\n三"
    )


def test_a_passage_is_cut_at_its_limit() -> None:
    assert clean_passage("好喝 " * 10, max_chars=6) == "好喝 好喝"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://example.com/a?b=c", "https://example.com/a?b=c"),
        (" https://example.com/", "https://example.com/"),
        ("www.example.com.tw", "https://www.example.com.tw"),
        ("www.facebook.com/some.cafe/", "https://www.facebook.com/some.cafe/"),
        ("某咖啡 03 123 4567 https://maps.example/x?y=z 謝謝", "https://maps.example/x?y=z"),
        ("Instagram:some_cafe", ""),
        ("@some_cafe", ""),
        ("某咖啡館", ""),
        ("javascript:alert(1)", ""),
        ("https://user:secret@example.com/", ""),
        ("https://localhost/", ""),
        ("http://[half", ""),
        ("https://example.com/" + "a" * 2000, ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_kept(written: str, url: str) -> None:
    assert clean_url(written) == url


def test_a_name_is_the_same_whatever_its_case_width_blanks_and_punctuation() -> None:
    assert name_key("２J CAFÉ・臺北（一店）") == name_key("2j Café 台北 一店")
    assert name_key("日光咖啡") != name_key("月光咖啡")
    assert name_key("☕ !") == ""
