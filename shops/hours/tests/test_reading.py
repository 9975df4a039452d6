"""Hours as people write them: read right, or not at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.hours.reading import read_hours
from shops.hours.tokens import TEXT_MAX_LENGTH
from shops.hours.week import OpenInterval, OpenWeek

REAL_STRINGS = Path(__file__).parents[4] / "shared" / "data" / "opening_hours" / "hours_strings.jsonl"

_DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def written(text: str) -> str:
    """What was read, in the shortest words: days with the same hours stand together."""
    week = read_hours(text)
    if week is None:
        return "?"
    by_hours: dict[str, list[str]] = {}
    for name, intervals in zip(_DAYS, week.days(), strict=True):
        if intervals:
            by_hours.setdefault(" ".join(map(_written, intervals)), []).append(name)
    if list(by_hours.values()) == [_DAYS]:
        return next(iter(by_hours))
    return "; ".join(f"{','.join(days)} {hours}" for hours, days in by_hours.items())


def _written(interval: OpenInterval) -> str:
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in interval)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:15-17:45", "08:15-17:45"),
        ("0815-1745", "08:15-17:45"),
        ("８：１５～１７：４５", "08:15-17:45"),
        ("8:15 – 17:45\n", "08:15-17:45"),
        ("815~1745", "08:15-17:45"),
        ("9-18", "09:00-18:00"),
        ("9點-18點半", "09:00-18:30"),
        ("9:30am - 7pm", "09:30-19:00"),
        ("9:30\u202fAM\u2009–\u20097:00\u202fPM", "09:30-19:00"),
        ("2-8 pm", "14:00-20:00"),
        ("11am-8", "11:00-20:00"),
        ("16:00 p.m. - 23:00 p.m.", "16:00-23:00"),
        ("上午9:00至晚上8:30", "09:00-20:30"),
        ("中午12點到凌晨1點", "12:00-25:00"),
        ("am:10:00~pm19:00", "10:00-19:00"),
        ("12nn-9pm", "12:00-21:00"),
        ("18:30-02:00", "18:30-26:00"),
        ("18:30-26:00", "18:30-26:00"),
        ("18:30-00:00", "18:30-24:00"),
        ("07:00-01:00", "07:00-25:00"),
        ("11:30-14:00, 17:30-21:00", "11:30-14:00 17:30-21:00"),
        ("11:30-14:00、17:30-21:00", "11:30-14:00 17:30-21:00"),
        ("1:00 PM – 4:00 PM ; 6:30 PM – 10:00 PM", "13:00-16:00 18:30-22:00"),
        ("晚上6點-凌晨2點", "18:00-26:00"),
        ("晚上6點-晚上1點", "18:00-25:00"),
        ("早上10點-晚上12點", "10:00-24:00"),
        ("24HR", "00:00-24:00"),
        ("24小時營業", "00:00-24:00"),
        ("24/7", "00:00-24:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("營業時間：09:00-20:00（最後點餐 19:30）", "09:00-20:00"),
        ("09:00-20:00 年中無休", "09:00-20:00"),
    ],
)
def test_times_without_days_are_those_of_every_day(text: str, hours: str) -> None:
    assert written(text) == hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr 07:30-16:00; Sa 09:00-15:00", "Mo,Tu,We,Th,Fr 07:30-16:00; Sa 09:00-15:00"),
        ("Fr-Mo 12:00-18:00", "Mo,Fr,Sa,Su 12:00-18:00"),
        ("Mo, We-Th 12:00-18:00", "Mo,We,Th 12:00-18:00"),
        ("Sa/Su 12:00-18:00", "Sa,Su 12:00-18:00"),
        ("PH,Mo-Su 12:00-18:00", "12:00-18:00"),
        ("Mo-Sa 12:00-18:00; PH off", "Mo,Tu,We,Th,Fr,Sa 12:00-18:00"),
        ("Mo-Sa 12:00-18:00; PH unknown", "Mo,Tu,We,Th,Fr,Sa 12:00-18:00"),
        ("Mo-Su 12:00-18:00; Tu off", "Mo,We,Th,Fr,Sa,Su 12:00-18:00"),
        ("Mo-Su 12:00-18:00; Tu 12:00-20:00", "Mo,We,Th,Fr,Sa,Su 12:00-18:00; Tu 12:00-20:00"),
        ("Tu-Su12:00-18:00", "Tu,We,Th,Fr,Sa,Su 12:00-18:00"),
        ("Mon - Thu: 8am-5pm, Fri. 8am-9pm", "Mo,Tu,We,Th 08:00-17:00; Fr 08:00-21:00"),
        ("weekdays 9-18, weekends 10-20", "Mo,Tu,We,Th,Fr 09:00-18:00; Sa,Su 10:00-20:00"),
        ("週一–三 9:30–17:00、週四休息、週五–日 9:30–20:00", "Mo,Tu,We 09:30-17:00; Fr,Sa,Su 09:30-20:00"),
        ("週一至週五 10:00-19:00 六日11:00-18:00", "Mo,Tu,We,Th,Fr 10:00-19:00; Sa,Su 11:00-18:00"),
        ("一~四 0930-1800 五六 0930-2100", "Mo,Tu,We,Th 09:30-18:00; Fr,Sa 09:30-21:00"),
        ("（一）~（五）9:00-17:00", "Mo,Tu,We,Th,Fr 09:00-17:00"),
        ("週ㄧ～週五 12:00～18:00", "Mo,Tu,We,Th,Fr 12:00-18:00"),
        ("週五到週一 13:00-19:00", "Mo,Fr,Sa,Su 13:00-19:00"),
        ("13:30-21:30 (週二公休)", "Mo,We,Th,Fr,Sa,Su 13:30-21:30"),
        ("0930-1730 週二、四休", "Mo,We,Fr,Sa,Su 09:30-17:30"),
        ("11:00-20:00 星期三、日公休", "Mo,Tu,Th,Fr,Sa 11:00-20:00"),
        ("Mo-Fr 09:00-18:00; Su off", "Mo,Tu,We,Th,Fr 09:00-18:00"),
        ("11:00-20:00 定休日：週一週二", "We,Th,Fr,Sa,Su 11:00-20:00"),
        ("公休日:每周三，11:00-20:00", "?"),
        ("週三公休 11:00-20:00", "Mo,Tu,Th,Fr,Sa,Su 11:00-20:00"),
        ("11:00-20:00, Tuesday closed", "Mo,We,Th,Fr,Sa,Su 11:00-20:00"),
        ("平日 09:00-17:00 / 假日 10:00-20:00", "Mo,Tu,We,Th,Fr 09:00-17:00; Sa,Su 10:00-20:00"),
        ("平日09:00-17:00 假日休", "Mo,Tu,We,Th,Fr 09:00-17:00"),
        ("平日13-18(週三公休)週末12-20", "Mo,Tu,Th,Fr 13:00-18:00; Sa,Su 12:00-20:00"),
        ("每日 08:00-20:00 週日 09:00-18:00", "Mo,Tu,We,Th,Fr,Sa 08:00-20:00; Su 09:00-18:00"),
        ("星期四：10:30–19:00", "Th 10:30-19:00"),
        ("星期四：:24HR", "Th 00:00-24:00"),
        ("Thursday: 10:30 AM – 7:00 PM", "Th 10:30-19:00"),
        ("星期一: 11:30 – 14:00, 17:30 – 21:30", "Mo 11:30-14:00 17:30-21:30"),
    ],
)
def test_days_are_read_in_chinese_and_english(text: str, hours: str) -> None:
    assert written(text) == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "週二公休",
        "Monday: Closed",
        "週二到週日",
        "不定休，請看粉專",
        "11:00-19:00 不定休",
        "已停業",
        "11:00-19:00 每月最後一個週一公休",
        "Mo-Sa 10:00-20:00; Tu[1] off",
        "Mo-Sa 10:00-20:00; Last Th off",
        "10:00-18:00 隔週三休",
        "假日限時 2 小時",
        "10:00-19:00 休三日",
        "Mo-Fr 10:00-19:00; Sa unknown",
        "10:00-19:00 例假日公休",
        "11:00-18:00 週一公休 19:00-22:00",
        "晚上6:00 PM-10:00 PM",
        "10:00-19:00 假日公休",
        "假日 10:00-19:00",
        "星期六10:00-19:00",
        "週一–三 08:30–16:00、週四休息、週六–日 10:00–16:00",
        "二公休，三~五10:00–20:00，六日11:00–20:00",
        "10:00-",
        "10:00",
        "~18:00",
        "10:00-20:00 週六-14:00",
        "10:00-19:00 週五延長至22:00",
        "13:00-23:00（週一14:00開店）",
        "9:30-賣完為止",
        "12/24 10:00-18:00",
        "2026.11.1 起 10:00-18:00",
        "週四至週一 14-19休息",
        "0900 1030 1200 1330",
        "https://example.com/hours",
        "02-2345-6789",
        "Mo-S 08:00-20:00",
        "Mo-Su 07:75-20:00",
        "週一–六 10:00–117:00",
        "Mo-Fr 10:00-20:00; Fr-Su 12:00-22:00",
        "Tu-Sa 09:00-17:00, Sa 19:00-22:00",
        "Mo-Su 10:00-14:00, 13:00-20:00",
        "Mo 18:00-06:00; Tu 05:00-12:00",
        "Mo-Mo 10:00-20:00",
        "Mo-Su 10:00-20:00+",
        "8:30-12:00",
        "10-10",
        "10-6",
        "9:00-9:30",
        "7-10 pm",
        "8-11:00pm",
        "10am-12",
        "11:00 PM – 7:00 PM",
        "12:00AM – 8:00 PM",
        "am12:00-pm9:00",
        "14:00 AM - 8:00 PM",
        "9:00 AM – 6:00 AM",
        "12:00-8:30",
        "12:00-1:00",
        "11:00-2:00",
        "1:00-19:00",
        "00:00-18:00",
        "05:30-03:00",
    ],
)
def test_what_would_have_to_be_guessed_stays_unknown(text: str) -> None:
    assert read_hours(text) is None


_WORDS = st.sampled_from(
    [
        "週一",
        "星期",
        "日",
        "六",
        "-",
        "~",
        "–",
        "至",
        "、",
        ",",
        ";",
        ":",
        "10",
        "10:00",
        "9",
        "0930",
        "24HR",
        "25:00",
        "am",
        "PM",
        "下午",
        "晚上",
        "公休",
        "休",
        "定休日",
        "off",
        "平日",
        "假日",
        "每日",
        "Mo",
        "Tu-Su",
        "PH",
        "unknown",
        "最後點餐",
        "營業時間",
        "(",
        ")",
        "（",
        "。",
        "\n",
        "\u202f",
        "٣",
        "²",
        "不",
        "每月",
        "Ⅷ",
    ]
)


@given(st.text(max_size=2 * TEXT_MAX_LENGTH) | st.lists(_WORDS, max_size=300).map("".join))
def test_no_text_is_too_strange(text: str) -> None:
    """And none takes long, for Hypothesis gives each a fifth of a second."""
    assert read_hours(text) is None or isinstance(read_hours(text), OpenWeek)


@pytest.mark.parametrize(
    "piece", ["1", "10:00", "10:00-20:00,", "週", "週一", "週一-", "(", "休", "a", " ", "-", "a.m."]
)
def test_what_repeats_itself_is_read_or_left_in_one_go(piece: str) -> None:
    read_hours(piece * (TEXT_MAX_LENGTH // len(piece)))
    assert read_hours("10:00-20:00" + " " * TEXT_MAX_LENGTH) is None, "too long to be hours"


def test_real_strings_are_mostly_read() -> None:
    """How many of each kind depends on how many are notices; these shares are floors."""
    if not REAL_STRINGS.is_file():
        pytest.skip(f"{REAL_STRINGS.name} is not beside this checkout: real data are not part of the repository")
    read: dict[str, list[bool]] = {}
    for line in REAL_STRINGS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        read.setdefault(record["kind"], []).append(read_hours(record["raw"]) is not None)
    shares = {kind: sum(known) / len(known) for kind, known in read.items()}
    assert shares["osm_opening_hours"] > 0.95
    assert shares["zh_week_ranges"] > 0.95
    assert shares["google_en_day"] > 0.85
    assert shares["google_zh_day_fullwidth_colon"] > 0.8
    assert shares["google_zh_day"] > 0.8
    assert 0.5 < shares["cafenomad_free_text"] < 0.7, "a third of them are notices, not hours"
