"""When a café must be open is read from the words, as of a Monday, 23 November 2026, at 13:07 in Taipei."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caferoam.text.normalize import normalize
from shops.hours.week import TAIPEI
from shops.search.times import TimeWish, read_time

NOW = datetime(2026, 11, 23, 13, 7, 30, tzinfo=TAIPEI)


def read(text: str, now: datetime = NOW) -> TimeWish | None:
    return read_time(normalize(text), now)


def at(text: str, now: datetime = NOW) -> str | None:
    """As in ``Mon 23 22:00``."""
    wish = read(text, now)
    return f"{wish.open_at:%a %d %H:%M}" if wish else None


def words(text: str) -> list[str]:
    wish = read(text)
    return [normalize(text)[start:end] for start, end in wish.extents] if wish else []


@pytest.mark.parametrize(
    "text",
    [
        "現在",
        "現在有開",
        "現在還有開的安靜咖啡廳",
        "目前還有開",
        "營業中",
        "正在營業",
        "還有開的店",
        "還在營業",
        "有沒有現在有開的",
        "要不要現在去",
        "open now",
        "still open now",
        "open right now",
        "currently open",
        "what is open at the moment",
        "still open",
        "coffee now",
    ],
)
def test_now_is_now_to_the_minute(text: str) -> None:
    wish = read(text)
    assert wish is not None
    assert wish.open_at == NOW.replace(second=0)


PARTS_OF_DAYS = [
    ("今天早上", "Mon 23 09:00"),  # past, and still what was said
    ("今天下午", "Mon 23 15:00"),
    ("今天中午", "Mon 23 13:07"),  # it lasts until two
    ("今天傍晚", "Mon 23 18:00"),
    ("今晚", "Mon 23 20:00"),
    ("今天深夜", "Mon 23 23:00"),
    ("今天凌晨", "Tue 24 00:30"),
    ("今天半夜", "Tue 24 00:00"),
    ("明早", "Tue 24 09:00"),
    ("明天早上有插座", "Tue 24 09:00"),
    ("明天清晨", "Tue 24 08:00"),
    ("後天上午", "Wed 25 09:00"),
    ("大後天中午", "Thu 26 12:00"),
    ("週日早上", "Sun 29 09:00"),
    ("周日上午", "Sun 29 09:00"),
    ("星期天的早上", "Sun 29 09:00"),
    ("禮拜六晚上", "Sat 28 20:00"),
    ("週五晚", "Fri 27 20:00"),
    ("週一早上", "Mon 30 09:00"),  # today's is over
    ("週一下午", "Mon 23 15:00"),
    ("這週一早上", "Mon 23 09:00"),
    ("本週六下午", "Sat 28 15:00"),
    ("下週三下午", "Wed 02 15:00"),
    ("下個禮拜天中午", "Sun 06 12:00"),
    ("週末下午", "Sat 28 15:00"),
    ("下週末下午", "Sat 05 15:00"),
    ("假日早上", "Sat 28 09:00"),
    ("平日下午", "Mon 23 15:00"),
    ("平日早上", "Tue 24 09:00"),
    ("週一到週五早上", "Mon 30 09:00"),
    ("週日 大安區 早上", "Sun 29 09:00"),
    ("sunday morning", "Sun 29 09:00"),
    ("in the morning on Sundays", "Sun 29 09:00"),
    ("tonight", "Mon 23 20:00"),
    ("late tonight", "Mon 23 22:00"),
    ("this afternoon", "Mon 23 15:00"),
    ("tomorrow at noon", "Tue 24 12:00"),
    ("the day after tomorrow in the morning", "Wed 25 09:00"),
    ("saturday night", "Sat 28 20:00"),
    ("next friday evening", "Fri 04 20:00"),
    ("weekend early morning", "Sat 28 08:00"),
    ("weekday early evening", "Mon 23 18:00"),
    ("tomorrow late night", "Tue 24 23:00"),
    ("midnight on saturday", "Sun 29 00:00"),
]

WITH_A_WORD_OF_OPENING = [
    ("晚上有開", "Mon 23 20:00"),
    ("凌晨有開", "Tue 24 00:30"),
    ("晚上還有營業", "Mon 23 20:00"),
    ("深夜還開著", "Mon 23 23:00"),
    ("早上就開", None),
    ("週日有開", "Sun 29 14:00"),
    ("今天有開", "Mon 23 14:00"),
    ("open on sunday", "Sun 29 14:00"),
    ("open evenings", "Mon 23 20:00"),
    ("開到很晚", "Mon 23 22:00"),
    ("營業得比較晚", "Mon 23 22:00"),
    ("開晚一點", "Mon 23 22:00"),
    ("open late", "Mon 23 22:00"),
    ("open until late", "Mon 23 22:00"),
    ("closes late", "Mon 23 22:00"),
    ("很早開", "Tue 24 08:00"),
    ("opens early", "Tue 24 08:00"),
    ("午夜過後", "Tue 24 00:00"),
    ("營業到半夜", "Mon 23 23:59"),
    ("open till midnight", "Mon 23 23:59"),
]

CLOCKS = [
    ("22:00", "Mon 23 22:00"),
    ("２２：００", "Mon 23 22:00"),
    ("22點", "Mon 23 22:00"),
    ("22時", "Mon 23 22:00"),
    ("晚上十點後", "Mon 23 22:00"),
    ("十點以後還有開", "Mon 23 22:00"),
    ("晚上10點半還開著", "Mon 23 22:30"),
    ("今晚十點", "Mon 23 22:00"),
    ("週三下午兩點一刻", "Wed 25 14:15"),
    ("下午三點三刻", "Mon 23 15:45"),
    ("下午一點", "Tue 24 13:00"),
    ("晚上一點", "Tue 24 01:00"),
    ("今晚一點", "Tue 24 01:00"),
    ("晚上 10 點後", "Mon 23 22:00"),
    ("下午 3 點 30 分", "Mon 23 15:30"),
    ("下午 3 點 30 分鐘", "Mon 23 15:00"),
    ("下午四點二十分", "Mon 23 16:20"),
    ("中午十一點半", "Tue 24 11:30"),
    ("二十一點", "Mon 23 21:00"),
    ("零點", "Tue 24 00:00"),
    ("三點", "Mon 23 15:00"),
    ("九點", "Mon 23 21:00"),
    ("明天九點", "Tue 24 09:00"),
    ("9:30", "Mon 23 21:30"),
    ("09:30", "Tue 24 09:30"),
    ("十二點", "Tue 24 12:00"),
    ("十二點後還有開", "Tue 24 00:00"),
    ("凌晨十二點", "Tue 24 00:00"),
    ("凌晨兩點", "Tue 24 02:00"),
    ("半夜三點", "Tue 24 03:00"),
    ("週六晚上十二點", "Sun 29 00:00"),
    ("早上七點開", "Tue 24 07:00"),
    ("七點開", "Tue 24 07:00"),
    ("三點開", "Mon 23 15:00"),
    ("六點半就開", "Tue 24 06:30"),
    ("六點就營業", "Tue 24 06:00"),
    ("開到晚上十點", "Mon 23 21:59"),
    ("可以待到十點", "Mon 23 21:59"),
    ("早上九點到下午三點", "Tue 24 09:00"),
    ("現在想找晚上十點後還有開的", "Mon 23 22:00"),
    ("8pm", "Mon 23 20:00"),
    ("10 p.m.", "Mon 23 22:00"),
    ("12am", "Tue 24 00:00"),
    ("12pm", "Tue 24 12:00"),
    ("after 10pm", "Mon 23 22:00"),
    ("open after 10", "Mon 23 22:00"),
    ("open until 10", "Mon 23 21:59"),
    ("still open at 11", "Mon 23 23:00"),
    ("open at 7am", "Tue 24 07:00"),
    ("tomorrow at 9", "Tue 24 09:00"),
    ("tonight 1am", "Tue 24 01:00"),
    ("saturday night after 11:30pm", "Sat 28 23:30"),
]


@pytest.mark.parametrize(("text", "moment"), [*PARTS_OF_DAYS, *WITH_A_WORD_OF_OPENING, *CLOCKS])
def test_the_moment_is_the_first_that_the_words_can_mean(text: str, moment: str | None) -> None:
    assert at(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "安靜有插座",
        # a mood, not a plan
        "下午發呆",
        "週日",
        "明天",
        "今天想放鬆",
        "morning coffee",
        "late night cafe",
        "有開的",
        "open",
        # denied, or bounded from above
        "晚上十點前",
        "before 9pm",
        "不要現在",
        "not open now",
        "週日早上沒開",
        "週一公休的店早上",
        "晚上十點打烊",
        "closed on monday mornings",
        "closes at 22:00",
        # what only looks like it
        "早午餐",
        "週日早午餐",
        "sunday brunch",
        "下午茶",
        "週日下午茶",
        "sunday afternoon tea",
        "good morning blend",
        "一點都不吵",
        "安靜一點",
        "晚一點",
        "晚上一點都不吵",
        "下午一點點",
        "甜點",
        "第三點",
        "第 3 點",
        "3 點心",
        "開會",
        "open space",
        "現在很紅",
        "now open in xinyi",
        "前面有公園",
        "每週一次",
        "24小時",
        "限時90分鐘",
        "after 2 hours",
        "by 9 people",
        "2026-11-29",
        "25.033,121.5654",
        "25:00",
        "12:345",
    ],
)
def test_what_plans_no_visit_is_no_time(text: str) -> None:
    assert at(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("安靜 現在有開 有插座", ["現在有開"]),
        ("現在去適合下午發呆的店", ["現在"]),
        ("週日 大安區 早上", ["週日", "早上"]),
        ("週日早上，安靜，週一公休沒關係", ["週日早上"]),
        ("quiet, open late, wifi", ["open late"]),
        ("今天 安靜 今天早上", ["今天", "今天早上"]),
        ("早上九點到下午三點", ["早上九點到下午三點"]),
    ],
)
def test_only_the_words_that_say_it_are_used_up(text: str, said: list[str]) -> None:
    assert words(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "12/25 晚上八點",
        "12月25日晚上8點",
        "12月 25 號的晚上八點",
        "2026-11-29 09:00",
        "2026/11/29 下午三點",
        "25號晚上八點",
        "8pm on 12/25",
        "晚上八點 12/25",
    ],
)
def test_a_time_of_a_date_is_none_for_hours_are_known_by_weekday(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["open 24/7 now", "晚上八點 5號出口", "9am 1-2 people", "2/3樓，晚上八點"])
def test_what_only_looks_like_its_date_does_not_hide_a_time(text: str) -> None:
    assert read(text) is not None


def test_a_time_within_words_of_another_meaning_is_none() -> None:
    text = "平日下午人少"
    assert read_time(text, NOW, [(0, 6)]) is None
    assert read_time(text, NOW, [(0, 4)]) is not None
    assert read_time(text, NOW, [(2, 6)]) is not None


@pytest.mark.parametrize(
    ("text", "hour", "moment"),
    [
        ("晚上有開", 21, "Mon 23 21:00"),  # it goes on
        ("晚上有開", 0, "Mon 23 20:00"),
        ("open late", 1, "Mon 23 01:00"),  # the night that began yesterday
        ("open late", 4, "Mon 23 22:00"),
        ("今天有開", 9, "Mon 23 14:00"),
        ("今天有開", 23, "Mon 23 23:00"),
        ("今天凌晨", 1, "Mon 23 01:00"),
        ("半夜兩點", 1, "Mon 23 02:00"),
        ("22:00", 22, "Mon 23 22:00"),
        ("22:00", 23, "Tue 24 22:00"),
        ("晚上十點後", 23, "Mon 23 23:00"),  # that night still
        ("open after 10", 1, "Mon 23 01:00"),
        ("晚上十點後", 5, "Mon 23 22:00"),
        ("下午三點後", 16, "Tue 24 15:00"),
        ("開到晚上十點", 23, "Tue 24 21:59"),
        ("今天早上", 9, "Mon 23 09:00"),
        ("今天早上", 11, "Mon 23 11:00"),
        ("今天早上", 12, "Mon 23 09:00"),
    ],
)
def test_what_lasts_is_now_and_what_is_over_is_the_next_one(text: str, hour: int, moment: str) -> None:
    assert at(text, NOW.replace(hour=hour, minute=0)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("這週一早上", "Mon 23 09:00"),
        ("this monday morning", "Mon 30 09:00"),
        ("週末早上", "Sun 29 09:00"),
        ("這週末早上", "Sun 29 09:00"),
        ("this weekend in the morning", "Sun 29 09:00"),
        ("next weekend in the morning", "Sat 05 09:00"),
    ],
)
def test_a_week_is_read_from_where_one_stands_in_it(text: str, moment: str) -> None:
    assert at(text, datetime(2026, 11, 28, 15, tzinfo=TAIPEI)) == moment


def test_now_may_be_told_in_any_zone() -> None:
    late_on_sunday_in_london = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert at("現在", late_on_sunday_in_london) == "Mon 23 07:30"
    assert at("今晚", late_on_sunday_in_london) == "Mon 23 20:00"


PIECES = [
    "現在",
    "週日",
    "早上",
    "晚上",
    "十點",
    "後",
    "前",
    "有開",
    "到",
    "今天",
    "凌晨",
    "下週",
    "三點半",
    "22:00",
    "不要",
]
PIECES += [
    " ",
    "的",
    "，",
    "open ",
    "late ",
    "after ",
    "until ",
    "sunday ",
    "10pm ",
    "tonight ",
    "9 ",
    "still ",
    "安靜",
]


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=10).map("".join).map(normalize),
    st.integers(0, 60 * 24 * 366).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_any_text_has_one_moment_near_now_or_none(text: str, now: datetime) -> None:
    wish = read_time(text, now)
    if wish is not None:
        assert timedelta(days=-7) <= wish.open_at - now <= timedelta(days=15)
        assert wish.open_at.second == 0
        ends = [position for extent in wish.extents for position in extent]
        assert ends == sorted(ends)
        assert 0 <= ends[0] < ends[-1] <= len(text)
