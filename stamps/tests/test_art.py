"""The drawing of stamps: a pure function of what is known of a café, whatever its name is made of."""

import cmath
import math
import re
from collections.abc import Iterator
from uuid import UUID, uuid5
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.taxonomy import file_definitions
from stamps.art import ShopFacts, draw, lettering, motifs
from stamps.art.frames import FRAMES
from stamps.art.ink import INKS, Grain
from stamps.art.lines import fit
from stamps.art.motifs import MOTIFS, motif_of

SHOP_ID = UUID("5d1f2a3b-0000-4000-8000-000000000001")
SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {
    *("svg", "title", "defs", "mask", "linearGradient", "stop", "g", "path", "circle", "text"),
}
ATTRIBUTES = {
    *("viewBox", "width", "height", "role", "id", "x", "y", "cx", "cy", "r", "d", "transform", "gradientTransform"),
    *("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "mask", "maskUnits"),
    *("offset", "stop-color", "font-family", "font-size", "font-weight", "text-anchor", "textLength", "lengthAdjust"),
    "direction",
}

HOSTILE = [
    "</title><script>alert(1)</script><title>",
    '"/><image href="https://evil.test/x.png"/>',
    "' onload='alert(1)",
    "]]><!ENTITY xxe SYSTEM 'file:///etc/passwd'>&xxe;",
    "<!--",
    "<?xml-stylesheet href='https://evil.test/'?>",
    "&lt;b&gt; & &amp; &#x26;",
    "url(#x) javascript:alert(1)",
    "a\x01\x02\x08\x0b\x0c\x1f\x7f\x80\x9fb",
    "a\ufffe\uffff\U0001ffffb",
    "a\u202eb\u2066c\u200fd\u2028e\ufefff",
    "\ud800 half",
    "Ẑ̶̧̨̛̤͍̭̹̫̦̯͓̼̝͕̑̋̓̊̏̾̎͛͆̕͝a̷̛lgo",
    "\u0301\u0302\u0303",
    "   \t\n ",
    "☕",
    "👩‍👩‍👧‍👦🇹🇼👍🏽",
    "مقهى القمر",
    "בית קפה Café 咖啡",
    "ร้านกาแฟ",
    "कॉफ़ी हाउस",
    "x" * 200,
    "字" * 200,
    "W W " * 50,
    "😀" * 200,
    "ﷺ" * 60,
    "‍" * 200,
]


def facts(name: str, *, shop_id: UUID = SHOP_ID, city: str = "台北市", district: str = "大安區") -> ShopFacts:
    return ShopFacts(shop_id, name, city, district, frozenset())


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own text, and this is what proves that it is well-formed


def texts(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [*root.iter(f"{SVG}text")]


def assert_harmless(svg: str) -> None:
    """Nothing that runs, nothing that is fetched, no element and no attribute that we did not mean."""
    assert "<!" not in svg
    assert "<?" not in svg
    for element in parsed(svg).iter():
        assert element.tag.removeprefix(SVG) in ALLOWED, element.tag
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES, name
            if "url(" in value:
                assert re.fullmatch(r"url\(#s[0-9a-f]{32}[gkpw]\)", value), value


def assert_fits(svg: str) -> None:
    """Each line says how wide it is drawn, and there is room for that."""
    lines = [text for text in texts(parsed(svg)) if text.get("transform") is None]
    assert lines
    for line in lines:
        assert 0 < float(line.attrib["textLength"]) <= 420.1
    (gap,) = re.findall(r"M-40 ([\d.]+)h592v([\d.]+)H-40z", svg)
    for letter in (text for text in texts(parsed(svg)) if text.get("transform") is not None):
        assert len(lettering.clusters(letter.text or "")) == 1
        turn = re.match(r"rotate\((-?[\d.]+) ", letter.attrib["transform"])
        assert turn
        y, angle = float(letter.attrib["y"]), math.radians(float(turn[1]))
        assert abs(angle) <= math.radians(78)
        if y > 256:  # the letter's upper edge, which is nearer to the middle
            assert 256 + (y - 256 - 0.9 * 37) * math.cos(angle) >= sum(map(float, gap)) - 2, "the ribbon hides it"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_more_than_text(name: str) -> None:
    for svg in (draw(facts(name)), draw(facts("Café", city=name, district=name)), draw(facts(f"咖啡店 {name}"))):
        assert_harmless(svg)
        assert_fits(svg)


@given(name=st.text(max_size=60), place=st.text(max_size=12))
def test_whatever_the_text_is(name: str, place: str) -> None:
    svg = draw(facts(name, city=place, district=place))
    assert_harmless(svg)
    assert_fits(svg)


def test_the_same_facts_give_the_same_picture_and_each_fact_counts() -> None:
    name = "學校咖啡館 Ecole Cafe"
    drawn = draw(facts(name))
    assert draw(facts(name)) == drawn
    others = {
        draw(facts("學校咖啡館")),
        draw(facts(name, district="信義區")),
        draw(facts(name, shop_id=UUID(int=7))),
        draw(ShopFacts(SHOP_ID, name, "台北市", "大安區", frozenset({"resident_cat"}))),
    }
    assert len(others | {drawn}) == 5


def test_the_picture_never_changes_unless_it_is_meant_to() -> None:
    """Drawn from the café's id alone, by a hash, so that it is the same on every machine."""
    grain = Grain(SHOP_ID)
    assert [grain.below(1000) for _ in range(4)] == [405, 447, 303, 283]
    assert all(0 <= Grain(UUID(int=number)).fraction() < 1 for number in range(50))


def test_what_it_shows_is_the_name_in_both_scripts_and_the_place() -> None:
    root = parsed(draw(facts("學校咖啡館 Ecole Cafe")))
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "學校咖啡館 Ecole Cafe – 台北市大安區"
    lines = {text.text for text in texts(root) if text.get("transform") is None}
    letters = "".join(text.text or "" for text in texts(root) if text.get("transform"))
    assert lines == {"學校咖啡館", "大安區"}
    assert letters == "ECOLECAFECAFEROAM啡遊"
    letters = "".join(text.text or "" for text in texts(parsed(draw(facts("青鳥")))) if text.get("transform"))
    assert letters == "CAFEROAM啡遊台北市"


@pytest.mark.parametrize(
    "name", ["青鳥", "不存在的燈塔烘豆所（新的）", "Slow Train Coffee Roasters and Bar", "字" * 200]
)
def test_the_district_is_on_it_and_the_ribbon_within_it_however_tall_the_ribbon_is(name: str) -> None:
    svg = draw(facts(name))
    assert "大安區" in "".join(text.text or "" for text in texts(parsed(svg)))
    ribbon = re.search(r"M([\d.]+) ([\d.]+)H([\d.]+)l-16 ([\d.]+) ", svg)
    assert ribbon
    left, top, right, half_height = map(float, ribbon.groups())
    for angle in (-7, 7):
        turned = cmath.rect(1, math.radians(angle))
        for corner in (complex(x, y) for x in (left, right) for y in (top, top + 2 * half_height)):
            moved = (corner - (256 + 256j)) * turned + (256 + 256j)
            assert 0 <= moved.real <= 512
            assert 0 <= moved.imag <= 512


def test_a_name_is_whole_where_it_fits_and_cut_where_it_cannot() -> None:
    def shown(name: str) -> str:
        root = parsed(draw(facts(name, district="")))
        return "".join(text.text or "" for text in texts(root) if text.get("transform") is None)

    assert shown("伙伴咖啡（自家烘焙咖啡館）") == "伙伴咖啡（自家烘焙咖啡館）"
    lines = fit("森高砂咖啡館東門店", into=420, sizes=(64, 46)).lines
    assert [line.text for line in lines] == ["森高砂咖啡館", "東門店"], "咖啡館 is one word"
    assert shown("STONE espresso bar & coffee roaster").replace(" ", "") == "STONEespressobar&coffeeroaster"
    long = shown("很長的名字" * 40)
    assert long.endswith("…")
    assert long.startswith("很長的名字很長的名字")
    assert len(long) > 30


def test_a_script_that_joins_or_runs_leftwards_stays_in_one_piece() -> None:
    root = parsed(draw(facts("咖啡店 مقهى القمر")))
    lines = [text for text in texts(root) if text.get("transform") is None]
    assert "مقهى" in "".join(line.text or "" for line in lines)
    (line, _district) = texts_in_lines(draw(facts("مقهى")))
    assert line.get("direction") == "rtl"


def texts_in_lines(svg: str) -> list[ElementTree.Element]:
    found = {text.text: text for text in texts(parsed(svg)) if text.get("transform") is None}
    return [*found.values()]


def test_emoji_give_way_to_letters_and_stand_alone_if_there_are_none() -> None:
    assert lettering.without_emoji("☕ Cozy Cup 🐱") == "Cozy Cup"
    assert lettering.without_emoji("😀☕") == "😀☕"
    assert len(lettering.clusters("👩‍👩‍👧‍👦🇹🇼👍🏽é")) == 4


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("學校咖啡館 Ecole Cafe", ("學校咖啡館", "Ecole Cafe")),
        ("BACKMOUNT後山咖啡", ("後山咖啡", "BACKMOUNT")),
        ("湛盧咖啡 Zhanlu Coffee (永康店)", ("湛盧咖啡 Zhanlu Coffee (永康店)", "")),
        ("85度C-中山店", ("85度C-中山店", "")),
        ("1/2 CAFÉ", ("1/2 CAFÉ", "")),
        ("Cafe 1907 老房子", ("老房子", "Cafe 1907")),
        ("老家", ("老家", "")),
        ("Raven Coffee 逢甲店", ("Raven Coffee 逢甲店", "")),
        ("Raven Coffee 逢甲書店", ("逢甲書店", "Raven Coffee")),
        ("Fika Fika Cafe 家", ("Fika Fika Cafe 家", "")),
        ("", ("", "")),
    ],
)
def test_a_name_in_two_scripts_is_parted(name: str, parts: tuple[str, str]) -> None:
    assert lettering.in_two_scripts(name) == parts


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("paper", ["#ffffff", "#121212"])
def test_each_ink_can_be_read_on_light_and_dark(ink: str, paper: str) -> None:
    lighter, darker = sorted([_luminance(ink), _luminance(paper)], reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3.5


def _meant_tags() -> Iterator[str]:
    for _, tags in (*motifs._TELLING, *motifs._USUAL):
        yield from tags


def test_motifs_are_chosen_by_tags_that_exist() -> None:
    meant = [*_meant_tags()]
    assert {*meant} <= {definition.id for definition in file_definitions()}
    assert len(meant) == len({*meant}), "a tag stands for one motif"
    chosen = {motif_of([tag], 0) for tag in meant} | {motif_of([], number) for number in range(10)}
    assert chosen == {*MOTIFS}, "each motif can be had"


def test_what_few_cafes_have_is_shown_first_and_of_what_many_have_each_gets_its_turn() -> None:
    assert motif_of(["wifi", "resident_cat", "outlets"], 1) == "cat"
    usual = ["outlets", "late_night", "desserts"]
    assert {motif_of(usual, number) for number in range(3)} == {"plug", "moon", "cake"}


def test_inks_frames_and_motifs_are_spread_over_cafes() -> None:
    drawn = [draw(facts("青鳥", shop_id=uuid5(SHOP_ID, str(number)))) for number in range(120)]
    assert {ink for ink in INKS if any(ink in svg for svg in drawn)} == {*INKS}
    assert {frame for frame in FRAMES if any(frame in svg for svg in drawn)} == {*FRAMES}
    assert {name for name, motif in MOTIFS.items() if any(motif.lines in svg for svg in drawn)} == {*motifs._PLAIN}
