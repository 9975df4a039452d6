"""GET /search: for members, in a fixed number of statements, with what is not live out of reach."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from shops.hours.week import OpenWeek
from shops.models import Shop
from shops.search.vocabulary import VocabularyCache, vocabularies
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy")]

type Bearer = Callable[[Principal], dict[str, str]]


@pytest.fixture
def search(api: ApiClient, bearer: Bearer, member: Principal) -> Callable[..., dict[str, Any]]:
    def ask(text: str, **params: Any) -> dict[str, Any]:
        response = api.get("/search", {"text": text, **params}, headers=bearer(member))
        assert response.status_code == 200, response.content
        body: dict[str, Any] = response.json()
        return body

    return ask


type Search = Callable[..., dict[str, Any]]


def test_an_answer_is_as_described(search: Search) -> None:
    make_shop("青鳥", {"quiet": 0.9, "time_limit": 0.5}, quote="很安靜", city="台北市", district="大安區")
    make_shop("黑潮", city="台北市", district="大安區", mode_work=1, mode_rest=0, mode_social=0)
    answer = search("大安區安靜、不要限時、可以工作", near="25.0339,121.5645", radius_m=5000)
    assert_as_described(answer, "SearchAnswer")
    assert answer["total"] == 2
    assert not answer["degraded"]
    assert {tag["id"] for tag in answer["understood"]["wanted"]} == {"quiet", "no_time_limit", "casual_work"}
    assert [tag["id"] for tag in answer["understood"]["avoided"]] == ["time_limit"]
    assert answer["understood"]["areas"][0]["areas"] == [{"city": "台北市", "district": "大安區"}]


def test_shops_that_are_not_live_are_out_of_reach(search: Search) -> None:
    make_shop("草稿安靜", {"quiet": 1.0}, status=Shop.Status.DRAFT)
    make_shop("關了安靜", {"quiet": 1.0}, status=Shop.Status.CLOSED)
    assert search("安靜")["total"] == 0
    assert search("草稿安靜")["results"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"city": "台北市"},
        {"district": "大安區"},
        {"tag": "quiet"},
        {"mode": "work"},
        {"near": "25.0339,121.5645", "radius_m": 100},
        {"bbox": "121.5,25.0,121.6,25.1"},
        {"q": "青"},
    ],
)
def test_the_directorys_filters_hold_for_search(search: Search, params: dict[str, Any]) -> None:
    make_shop("青鳥", {"quiet": 0.1}, city="台北市", district="大安區", mode_work=1, mode_rest=0, mode_social=0)
    make_shop("別處", {"lively": 0.9}, city="台中市", district="西區", place=(24.1, 120.6))
    answer = search("熱鬧", **params)
    assert [result["shop"]["name"] for result in answer["results"]] == ["青鳥"]


def test_areas_of_the_text_can_be_ignored(search: Search) -> None:
    make_shop("青鳥", city="台北市", district="大安區")
    make_shop("別處", city="台中市", district="西區")
    assert search("大安區")["total"] == 1
    assert search("大安區", areas="ignore")["total"] == 2


def test_a_moment_in_the_text_filters_until_it_is_ignored(search: Search) -> None:
    make_shop("早起", open_minutes=OpenWeek.of([(6 * 1440 + 480, 6 * 1440 + 600)]))
    make_shop("不明")
    answer = search("sunday morning")
    assert_as_described(answer, "SearchAnswer")
    assert [result["shop"]["name"] for result in answer["results"]] == ["早起"]
    understood = answer["understood"]["time"]
    assert (understood["open_at"][10:], understood["applied"]) == ("T09:00:00+08:00", True)
    assert understood["query_span"] == {"start": 0, "end": 14, "text": "sunday morning"}
    answer = search("sunday morning", times="ignore")
    assert answer["total"] == 2
    assert not answer["understood"]["time"]["applied"]
    assert search("安靜")["understood"]["time"] is None


def test_the_mode_that_the_text_suggests_can_be_ignored(search: Search) -> None:
    make_shop("青鳥", {"casual_work": 0.5}, mode_work=0, mode_rest=1, mode_social=0)
    make_shop("黑潮", {"casual_work": 0.4}, mode_work=1, mode_rest=0, mode_social=0)

    def ranked(**params: str) -> list[str]:
        answer = search("工作", **params)
        assert_as_described(answer, "SearchAnswer")
        assert answer["understood"]["mode"] == "work"
        assert answer["understood"]["mode_applied"] == (not params)
        return [result["shop"]["name"] for result in answer["results"]]

    assert ranked() == ["黑潮", "青鳥"]
    assert ranked(modes="ignore") == ["青鳥", "黑潮"]
    assert ranked(modes="ignore", mode="work") == ["黑潮"]


@pytest.mark.parametrize("asked", [{"open_now": "true"}, {"open_at": "2026-11-23T20:00"}])
def test_open_now_and_open_at_outrank_the_text(search: Search, asked: dict[str, str]) -> None:
    make_shop("青鳥", open_minutes=OpenWeek.of([(0, 10_080)]))
    answer = search("sunday morning", **asked)
    assert (answer["total"], answer["understood"]["time"]["applied"]) == (1, False)


def test_pages_follow_each_other(search: Search) -> None:
    for number in range(5):
        make_shop(f"店{number}", {"quiet": number / 10 + 0.1})
    whole = [result["shop"]["name"] for result in search("安靜")["results"]]
    first = search("安靜", limit=2)
    second = search("安靜", limit=3, cursor=first["next_cursor"])
    assert [result["shop"]["name"] for page in (first, second) for result in page["results"]] == whole
    assert second["next_cursor"] is None


def test_a_search_is_two_statements_in_the_members_transaction(api: ApiClient, search: Search) -> None:
    for number in range(3):
        make_shop(f"店{number}", {"quiet": 0.5}, quote="靜")
    search("安靜")
    for limit in (1, 3):
        search("安靜", limit=limit)
        assert api.queries == 5  # BEGIN, who asks, the search, the evidence, COMMIT
    vocabularies.forget()
    search("安靜")
    assert api.queries == 10  # first BEGIN, who asks, the tags, the areas, COMMIT


@pytest.mark.parametrize("path", ["/search", "/search/"])
def test_without_a_token_or_with_a_bad_one_there_is_no_search(api: ApiClient, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        response = api.get(path, {"text": "安靜"}, headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response["Content-Type"] == "application/problem+json"


def test_words_are_read_again_after_some_seconds() -> None:
    now = [0.0]
    cache = VocabularyCache(kept_for=timedelta(seconds=10), clock=lambda: now[0])
    assert cache.fresh() is None
    first = cache.load()
    now[0] = 9.9
    assert cache.fresh() is first
    now[0] = 10.0
    assert cache.fresh() is None
    assert cache.load() is first  # nothing changed: the matcher is not built again
    make_shop("青鳥", city="台北市", district="大安區")
    assert cache.load() is not first
    cache.forget()
    assert cache.fresh() is None


def test_a_new_district_is_understood_once_the_words_are_read_again(search: Search) -> None:
    assert search("板橋")["understood"]["areas"] == []
    make_shop("青鳥", city="新北市", district="板橋區")
    make_shop("別處", city="台北市", district="")
    make_shop("哪裡", city="", district="")
    vocabularies.forget()
    assert search("板橋")["total"] == 1
    assert search("台北")["total"] == 1
