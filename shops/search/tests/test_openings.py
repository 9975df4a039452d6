"""A moment that a text names filters by the hours of cafés."""

import pytest
from rest_framework.exceptions import ValidationError

from shops.filters import ShopFilters
from shops.hours.week import OpenWeek
from shops.models import Shop
from shops.search.tests.asking import NOW, names, search
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("taxonomy")]

SUNDAY_MORNING = 6 * 1440 + 9 * 60
WEEKDAYS_10_TO_18 = OpenWeek.of((day * 1440 + 600, day * 1440 + 1080) for day in range(5))


@pytest.fixture
def opening(taxonomy: None) -> None:
    make_shop("平日", {"quiet": 0.9}, open_minutes=WEEKDAYS_10_TO_18)
    make_shop("早起", {"quiet": 0.1}, open_minutes=OpenWeek.of([(SUNDAY_MORNING - 60, SUNDAY_MORNING + 60)]))
    make_shop("夜貓", {"late_night": 0.2}, open_minutes=OpenWeek.of([(18 * 60, 26 * 60)]))
    make_shop("不明", {"quiet": 1.0, "late_night": 1.0})
    make_shop("星期天早上 Sunday Morning", {"quiet": 0.5})


@pytest.mark.usefixtures("opening")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("現在有開 安靜", {"平日"}),
        ("open now", {"平日"}),
        ("安靜 週日早上", {"早起"}),
        ("今天晚上十點後", {"夜貓"}),
        ("open late", {"夜貓"}),
        ("開到凌晨兩點", {"夜貓"}),
        ("凌晨兩點還有開", set()),
        ("星期天早上", {"早起", "星期天早上 Sunday Morning"}),
        ("Sunday morning", {"早起", "星期天早上 Sunday Morning"}),
    ],
)
def test_a_moment_in_the_text_filters_and_what_is_called_so_is_found_anyway(text: str, expected: set[str]) -> None:
    answer = search(text)
    assert set(names(answer)) == expected
    assert answer["total"] == len(expected)
    assert answer["understood"]["time"]["applied"]


@pytest.mark.usefixtures("opening")
def test_a_shop_that_the_text_names_by_a_time_comes_first() -> None:
    assert names(search("星期天早上"))[0] == "星期天早上 Sunday Morning"


@pytest.mark.usefixtures("opening")
def test_where_no_hours_are_known_the_answer_is_none_and_says_why() -> None:
    Shop.objects.update(open_minutes=None)
    answer = search("安靜 明天早上")
    assert (answer["total"], answer["results"]) == (0, [])
    assert answer["understood"]["time"] == {
        "open_at": "2026-11-24T09:00:00+08:00",
        "applied": True,
        "query_span": {"start": 3, "end": 7, "text": "明天早上"},
    }
    assert answer["understood"]["leftover"] == []


@pytest.mark.usefixtures("opening")
def test_a_moment_that_is_ignored_leaves_what_visitors_say_of_hours() -> None:
    answer = search("open late", times_filter=False)
    assert names(answer)[:2] == ["不明", "夜貓"]
    assert answer["total"] == 5
    assert not answer["understood"]["time"]["applied"]
    assert [tag["id"] for tag in answer["understood"]["wanted"]] == ["late_night"]


@pytest.mark.usefixtures("opening")
def test_a_moment_among_the_filters_outranks_the_texts() -> None:
    answer = search("安靜 週日早上", ShopFilters(open_at=NOW))
    assert names(answer) == ["平日"]
    assert not answer["understood"]["time"]["applied"]


def test_the_pages_of_a_search_for_now_go_on_while_time_does() -> None:
    for number in range(3):
        make_shop(f"店{number}", {"quiet": 0.3 * number + 0.1}, open_minutes=WEEKDAYS_10_TO_18)
    first = search("現在有開 安靜", limit=2)
    later = {"now": NOW.replace(minute=9), "cursor": first["next_cursor"]}
    assert names(search("現在有開 安靜", **later)) == ["店0"]
    with pytest.raises(ValidationError):
        search("現在有開 安靜", times_filter=False, **later)
