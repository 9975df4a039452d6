"""Turns of phrase that say a tag without its names, and their neighbours that do not."""

import time

import pytest

from caferoam.providers.llm.offline import OfflineDescriber
from caferoam.providers.llm.offline.phrases import find_phrases
from caferoam.providers.llm.tests.asking import request


def tags_of(review: str) -> set[str]:
    return {tag.id for tag in OfflineDescriber().describe(request(review)).tags}


@pytest.mark.parametrize(
    ("review", "tag_id"),
    [
        ("用餐時間90分鐘", "time_limit"),
        ("假日限2小時", "time_limit"),
        ("每人可用餐兩個半小時", "time_limit"),
        ("這裡有用餐時間限制", "time_limit"),
        ("There is a 2 hour limit at weekends", "time_limit"),
        ("沒有限制坐多久", "no_time_limit"),
        ("沒限用餐時間", "no_time_limit"),
        ("可以在這裡坐一整個下午", "no_time_limit"),
        ("老闆不會趕人", "no_time_limit"),
        ("插座跟網路都有", "wifi"),
        ("網路很快", "wifi"),
        ("提供免費網路", "wifi"),
        ("店裡不會過於吵雜", "quiet"),
        ("遠離城市的喧囂", "quiet"),
        ("鬧中取靜的好地方", "quiet"),
        ("有些座位沒有插座", "outlets"),
    ],
)
def test_a_phrase_says_the_tag(review: str, tag_id: str) -> None:
    assert tag_id in tags_of(review)


@pytest.mark.parametrize(
    ("review", "tag_id"),
    [
        ("不限2小時", "time_limit"),
        ("咖啡要等90分鐘", "time_limit"),
        ("有限制用餐時間", "no_time_limit"),
        ("網路上評價很好", "wifi"),
        ("網路訂位很方便", "wifi"),
        ("行動網路很快", "wifi"),
        ("有點吵雜", "quiet"),
        ("不會吵到別人嗎", "quiet"),
        ("怕吵雜的人別來", "quiet"),
        ("座位沒有插座", "outlets"),
        ("有限時優惠", "time_limit"),
        ("建議您提供wifi", "wifi"),
        ("有沒有限制用餐時間", "no_time_limit"),
    ],
)
def test_its_neighbours_do_not(review: str, tag_id: str) -> None:
    assert tag_id not in tags_of(review)


@pytest.mark.parametrize(
    "review",
    [
        "平日不限時，假日限2小時",
        "不限時（客滿限時90分鐘）",
        "限時2小時，沒有客人不會趕人",
        "假日限時，平日可以坐一整天",
    ],
)
def test_a_limit_at_times_is_a_limit(review: str) -> None:
    assert tags_of(review) & {"time_limit", "no_time_limit"} == {"time_limit"}


@pytest.mark.parametrize(
    "run",
    [
        "9",
        "限",
        "限用",
        "用餐時間",
        "用餐時間是",
        "沒有限制用餐",
        "沒有太太會",
        "不太會",
        "網路很",
        "提供免費",
        "座位沒",
        "一個半",
        "2 hour ",
    ],
)
def test_no_text_takes_long_to_read(run: str) -> None:
    text = f"限小時趕坐吵網路插座 limit {run * (100_000 // len(run))}"
    started = time.process_time()
    assert len(list(find_phrases(text))) < len(text)
    assert time.process_time() - started < 2


def test_a_phrase_takes_the_words_within_it_for_itself_and_leaves_others() -> None:
    assert tags_of("不會吵雜") == {"quiet"}
    assert {"wifi", "outlets"} <= tags_of("插座跟網路都有")


def test_its_words_are_the_evidence() -> None:
    (tag,) = (
        tag for tag in OfflineDescriber().describe(request("咖啡好喝，用餐時間90分鐘")).tags if tag.id == "time_limit"
    )
    assert [one.quote for one in tag.evidence] == ["用餐時間90分鐘"]
