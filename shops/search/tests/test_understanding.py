"""What a text asks for is read from its words."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.hours.week import TAIPEI
from shops.search.areas import Area
from shops.search.understanding import Span, Understanding, understand
from shops.search.vocabulary import Vocabulary
from shops.taxonomy import file_definitions

AREAS = [
    Area("台北市", "大安區"),
    Area("台北市", "信義區"),
    Area("台北市", "中山區"),
    Area("台北市", "北投區"),
    Area("新北市", "板橋區"),
    Area("新北市", "淡水區"),
    Area("台中市", "大安區"),
    Area("台中市", "清水區"),
    Area("基隆市", "信義區"),
    Area("新竹市", "東區"),
    Area("新竹縣", "竹北市"),
    Area("", ""),
]
WORDS = Vocabulary.of(file_definitions(), AREAS)
NOW = datetime(2026, 11, 23, 13, 7, tzinfo=TAIPEI)


def read(text: str) -> Understanding:
    return understand(text, WORDS, NOW)


def ids(text: str) -> tuple[set[str], set[str], set[str]]:
    """Wanted, avoided and implied tags."""
    understood = read(text)
    return (
        {wish.tag.id for wish in understood.wanted if not wish.implied},
        {wish.tag.id for wish in understood.avoided},
        {wish.tag.id for wish in understood.wanted if wish.implied},
    )


def spans(understood: Understanding) -> list[Span]:
    return [
        *(wish.span for wish in (*understood.wanted, *understood.avoided)),
        *(area.span for area in understood.areas),
    ]


@pytest.mark.parametrize(
    ("text", "wanted", "avoided", "implied"),
    [
        ("有插座可以工作的安靜咖啡廳", {"outlets", "casual_work", "quiet"}, set(), set()),
        ("不限時", {"no_time_limit"}, set(), set()),
        ("不要限時", set(), {"time_limit"}, {"no_time_limit"}),
        ("不要太吵", set(), {"lively"}, {"quiet"}),
        ("很吵", set(), set(), set()),
        ("安靜 不要吵", {"quiet"}, {"lively"}, set()),
        ("有沒有插座", {"outlets"}, set(), set()),
        ("a quiet place with wifi, no alcohol", {"quiet", "wifi"}, {"alcohol"}, set()),
        ("qiuet with wi-fi", {"quiet", "wifi"}, set(), set()),
        ("要wifi 但不要wifi", set(), {"wifi"}, set()),
        ("工作人員", set(), set(), set()),
        ("末班車之後", set(), set(), set()),
    ],
)
def test_tags_are_wanted_avoided_or_implied(text: str, wanted: set[str], avoided: set[str], implied: set[str]) -> None:
    assert ids(text) == (wanted, avoided, implied)


def test_an_avoided_tag_implies_no_complement_that_is_avoided_too() -> None:
    assert ids("不要安靜也不要熱鬧") == (set(), {"quiet", "lively"}, set())


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("大安區", {Area("台北市", "大安區"), Area("台中市", "大安區")}),
        ("台北大安", {Area("台北市", "大安區")}),
        ("臺北市大安區的咖啡廳", {Area("台北市", "大安區")}),
        ("信義的咖啡廳", {Area("台北市", "信義區"), Area("基隆市", "信義區")}),
        (
            "大安或信義",
            {Area("台北市", "大安區"), Area("台中市", "大安區"), Area("台北市", "信義區"), Area("基隆市", "信義區")},
        ),
        ("台北", {Area("台北市")}),
        ("台北或板橋", {Area("台北市"), Area("新北市", "板橋區")}),
        ("新北投", {Area("台北市", "北投區")}),
        ("新竹", {Area("新竹市"), Area("新竹縣")}),
        ("quiet cafe in Da'an", {Area("台北市", "大安區")}),
        ("Xinyi District", {Area("台北市", "信義區")}),
        ("new taipei banqiao", {Area("新北市", "板橋區")}),
        ("taipei", {Area("台北市")}),
        ("信義路上", set()),
        ("中山北路", set()),
        ("清水模", set()),
        ("清水區", {Area("台中市", "清水區")}),
        ("東邊", set()),
    ],
)
def test_areas_are_found_in_chinese_and_english(text: str, areas: set[Area]) -> None:
    assert {area for wish in read(text).areas for area in wish.areas} == areas


def test_a_denied_area_is_excluded() -> None:
    (wish,) = read("不要大安區").areas
    assert wish.excluded
    assert wish.span.words == "不要大安區"


def test_a_city_stays_where_the_district_named_with_it_is_denied() -> None:
    assert {(wish.areas, wish.excluded) for wish in read("台北 不要大安區").areas} == {
        ((Area("台北市"),), False),
        ((Area("台北市", "大安區"),), True),
    }


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("可以工作", "work"),
        ("跟朋友聚會", "social"),
        ("放鬆", "rest"),
        ("讀書和聚會", None),
        ("讀書工作和聚會", "work"),
        ("安靜", None),
        ("不要太熱鬧", None),
        ("不要安靜", None),
    ],
)
def test_the_mode_is_the_one_most_wishes_share(text: str, mode: str | None) -> None:
    assert read(text).mode == mode


@pytest.mark.parametrize(
    ("text", "embedded"),
    [
        ("安靜的咖啡廳", "安靜的咖啡廳"),
        ("大安區安靜的咖啡廳，不要限時", "安靜的咖啡廳"),
        ("大安區", ""),
        ("不要限時", ""),
        ("!!!", ""),
        ("Quiet, no alcohol, in Da'an", "quiet in"),
    ],
)
def test_what_is_denied_and_where_it_is_are_not_left_to_the_vector(text: str, embedded: str) -> None:
    assert read(text).text_to_embed == embedded


@pytest.mark.parametrize(
    ("text", "unexplained", "leftover"),
    [
        ("安靜", 0, ()),
        ("安靜的咖啡廳", 0, ()),
        ("大安區 不要限時", 0, ()),
        ("末班", 1, ("末班",)),
        ("安靜末班", 0.5, ("末班",)),
        ("a quiet coffee shop", 0, ()),
        ("rufous", 1, ("rufous",)),
    ],
)
def test_the_share_that_only_meaning_explains(text: str, unexplained: float, leftover: tuple[str, ...]) -> None:
    understood = read(text)
    assert understood.unexplained == unexplained
    assert understood.leftover == leftover


def test_spans_point_into_the_text_as_it_was_sent() -> None:
    text = "  臺北Ｄａ'an　有ＷｉＦｉ、不要限時"
    understood = read(text)
    for span in spans(understood):
        assert text[span.start : span.end] == span.words
    assert {wish.span.words for wish in understood.wanted} == {"ＷｉＦｉ", "不要限時"}


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("路易莎", ("路易莎",)),
        ("大安 路易莎", ("路易莎",)),
        ("想找路易莎咖啡", ("想找路易莎咖啡", "路易莎")),
        ("路易莎 安靜", ("路易莎 安靜",)),
        ("安靜的咖啡廳", ()),
        ("cafe", ()),
        ("abc", None),
        ("貓", None),
        ("大安", None),
    ],
)
def test_a_shops_name_is_sought_in_what_no_other_word_explains(text: str, pieces: tuple[str, ...] | None) -> None:
    name = read(text).name
    assert (name and name.pieces) == pieces


@given(
    st.lists(
        st.sampled_from(
            [
                "安靜",
                "不要",
                "限時",
                "不限時",
                "大安",
                "台北",
                "wifi",
                "no ",
                "without ",
                "quiet",
                "，",
                " ",
                "有",
                "沒有",
                "末班",
                "路易莎",
                "吵",
                "臺",
            ]
        )
        | st.text(max_size=4),
        max_size=12,
    ).map("".join)
)
def test_every_text_is_understood_and_every_span_is_its_own(text: str) -> None:
    understood = read(text)
    assert 0 <= understood.unexplained <= 1
    for span in spans(understood):
        assert text[span.start : span.end] == span.words != ""
    wanted = {wish.tag.id for wish in understood.wanted}
    assert wanted.isdisjoint(wish.tag.id for wish in understood.avoided)
    assert understand(understood.text, WORDS, NOW).text_to_embed == understood.text_to_embed


@pytest.mark.parametrize(
    ("text", "moment", "words", "leftover", "embedded"),
    [
        ("週日早上有插座", "Sun 09:00", "週日早上", (), "有插座"),
        ("quiet café, open late", "Mon 22:00", "open late", (), "quiet café"),
        ("週日 大安區 早上", "Sun 09:00", "週日 大安區 早上", (), ""),
        ("ＯＰＥＮ　now 末班", "Mon 13:07", "ＯＰＥＮ　now", ("末班",), "末班"),
    ],
)
def test_a_moment_is_neither_left_over_nor_left_to_the_vector(
    text: str, moment: str, words: str, leftover: tuple[str, ...], embedded: str
) -> None:
    understood = read(text)
    assert understood.opening is not None
    assert f"{understood.opening.open_at:%a %H:%M}" == moment
    span = understood.opening.span
    assert span.words == text[span.start : span.end] == words
    assert (understood.leftover, understood.text_to_embed) == (leftover, embedded)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("quiet, open late", {"late_night"}),
        ("晚上有開的安靜咖啡廳", {"open_evenings"}),
        ("安靜 早上七點開", {"opens_early"}),
        ("quiet sunday morning", {"slow_morning"}),
    ],
)
def test_what_visitors_say_of_hours_is_wished_for_only_where_hours_do_not_filter(text: str, tags: set[str]) -> None:
    assert {wish.tag.id for wish in read(text).wanted} == {"quiet"}
    ignoring = understand(text, WORDS, NOW, times_filter=False)
    assert {wish.tag.id for wish in ignoring.wanted} == {"quiet", *tags}
    assert ignoring.opening == read(text).opening
    assert ignoring.leftover == ()


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("平日下午人少", {"quiet_weekdays"}),
        ("深夜咖啡", {"late_night"}),
        ("晚上十點前", {"open_evenings"}),
        ("下午茶", {"afternoon_tea"}),
        ("sunday brunch", {"brunch"}),
    ],
)
def test_words_of_time_that_name_no_moment_stay_wishes(text: str, tags: set[str]) -> None:
    understood = read(text)
    assert understood.opening is None
    assert {wish.tag.id for wish in understood.wanted} == tags


def test_a_tag_that_begins_within_a_moment_and_goes_on_is_wished_for_too() -> None:
    understood = read("今天晚上讀書")
    assert understood.opening is not None
    assert {wish.tag.id for wish in understood.wanted} == {"late_night_work"}


def test_words_of_time_may_be_a_shops_name() -> None:
    name = read("星期天早上").name
    assert name is not None
    assert name.pieces == ("星期天早上",)
