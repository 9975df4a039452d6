import pytest

from shops.importers.closing import split_closed_mark


@pytest.mark.parametrize(
    ("name", "rest", "mark"),
    [
        ("某咖啡(已歇業)", "某咖啡", "已歇業"),
        ("某咖啡 (已停業)", "某咖啡", "已停業"),
        ("某咖啡(永久停業)", "某咖啡", "永久停業"),
        ("某咖啡(停止營業)", "某咖啡", "停止營業"),
        ("某咖啡(已結束營業)", "某咖啡", "已結束營業"),
        ("(暫停營業) Some Cafe", "Some Cafe", "暫停營業"),
        ("某咖啡【暫時歇業中】", "某咖啡", "暫時歇業中"),
        ("某咖啡(已遷址)", "某咖啡", "已遷址"),
        ("某咖啡(已搬遷至某路)", "某咖啡", "已搬遷至某路"),
        ("某咖啡 已歇業", "某咖啡", "已歇業"),
        ("某咖啡已歇業", "某咖啡", "已歇業"),
        ("已歇業-某咖啡", "某咖啡", "已歇業"),
        ("Some Cafe (Closed)", "Some Cafe", "Closed"),
        ("Some Cafe - permanently closed", "Some Cafe", "permanently closed"),
        ("(已歇業)", "", "已歇業"),
    ],
)
def test_a_closed_mark_is_taken_off_the_name(name: str, rest: str, mark: str) -> None:
    assert split_closed_mark(name) == (rest, mark)


@pytest.mark.parametrize(
    "name",
    [
        "PAUSE studio 暫停工作室",
        "Out of office 不在辦公室",
        "Migration 遷徙 l 咖啡&民宿",
        "Closed Door Coffee",
        "歇業前的咖啡",
        "某咖啡(某店)",
    ],
)
def test_a_name_that_only_sounds_like_it_is_kept(name: str) -> None:
    assert split_closed_mark(name) == (name, "")
