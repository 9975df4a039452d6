"""Filters are hard, wishes are soft, every shop is scored, and the score says what it is made of."""

import math
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from shops.filters import Box, Place, ShopFilters
from shops.models import Shop, ShopTag
from shops.search import service
from shops.search.tests.asking import ALL, names, prepared, search
from shops.search.tests.embedder import MODEL, PairEmbedder, pair_vector
from shops.search.weights import CURRENT, UNCALIBRATED
from shops.tests.making import TAIPEI_101, embed, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("taxonomy")]


def scores(answer: dict[str, Any]) -> dict[str, float]:
    return {result["shop"]["name"]: result["total_score"] for result in answer["results"]}


@pytest.fixture
def town(taxonomy: None) -> None:
    """A dozen cafés that differ in all that counts."""
    facts: list[tuple[str, dict[str, float], dict[str, Any]]] = [
        (
            "青鳥",
            {"quiet": 0.9, "outlets": 0.8, "casual_work": 0.7},
            {"city": "台北市", "district": "大安區", "rating": 4.5},
        ),
        ("黑潮", {"quiet": 0.5, "time_limit": 0.9}, {"city": "台北市", "district": "大安區"}),
        (
            "老家",
            {"lively": 0.9, "friends": 0.8},
            {"city": "台北市", "district": "信義區", "rating": 3.1, "rating_count": 40},
        ),
        (
            "井井",
            {"no_time_limit": 0.6, "wifi": 1.0},
            {"city": "新北市", "district": "板橋區", "place": (25.01, 121.46)},
        ),
        ("山波", {}, {"city": "台中市", "district": "大安區", "place": (24.35, 120.58)}),
        ("Nest Lab", {"outlets": 0.4}, {"city": "台北市", "district": "信義區", "place": (25.0345, 121.5645)}),
        ("Honest", {"lively": 0.2}, {"city": "台北市", "district": "中山區", "place": (25.05, 121.53)}),
    ]
    for number, (name, tags, fields) in enumerate(facts):
        shop = make_shop(
            name, tags, quote=f"{name}說", mode_work=number / 10, mode_rest=0.5, mode_social=1 - number / 10, **fields
        )
        if number % 3:
            embed(shop, pair_vector(name + " ".join(tags)), model=MODEL)


@pytest.mark.usefixtures("town")
def test_all_live_shops_are_ranked_and_the_ones_that_fit_come_first() -> None:
    answer = search("有插座可以工作的安靜咖啡廳")
    assert answer["total"] == len(answer["results"]) == Shop.objects.count()
    assert names(answer)[0] == "青鳥"


def test_a_search_over_no_shop_at_all_is_empty() -> None:
    answer = search("安靜")
    assert (answer["total"], answer["results"], answer["next_cursor"]) == (0, [], None)


def test_drafts_and_closed_shops_are_never_found() -> None:
    make_shop("開著", {"quiet": 0.1})
    make_shop("草稿", {"quiet": 1.0}, status=Shop.Status.DRAFT)
    make_shop("關了", {"quiet": 1.0}, status=Shop.Status.CLOSED)
    assert names(search("安靜")) == ["開著"]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ShopFilters(city="台北市"), {"青鳥", "黑潮", "老家", "Nest Lab", "Honest"}),
        (ShopFilters(city="台北市", district="大安區"), {"青鳥", "黑潮"}),
        (ShopFilters(tag_numbers=(201, 2)), {"青鳥"}),
        (ShopFilters(mode="work"), {"Nest Lab", "Honest"}),
        (ShopFilters(near=Place(*TAIPEI_101), radius_m=100), {"青鳥", "黑潮", "老家", "Nest Lab"}),
        (ShopFilters(near=Place(*TAIPEI_101), radius_m=50), {"青鳥", "黑潮", "老家"}),
        (ShopFilters(box=Box(121.4, 25.0, 121.5, 25.1)), {"井井"}),
        (ShopFilters(name="nest"), {"Nest Lab", "Honest"}),
        (ShopFilters(name="nowhere"), set()),
    ],
)
def test_a_filter_is_hard(filters: ShopFilters, expected: set[str]) -> None:
    answer = search("安靜", filters)
    assert set(names(answer)) == expected
    assert answer["total"] == len(expected)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大安區", {"青鳥", "黑潮", "山波"}),
        ("台北大安", {"青鳥", "黑潮"}),
        ("大安或板橋", {"青鳥", "黑潮", "山波", "井井"}),
        ("新北", {"井井"}),
        ("台北 不要大安區", {"老家", "Nest Lab", "Honest"}),
        ("不要台北", {"井井", "山波"}),
    ],
)
def test_an_area_in_the_text_filters(text: str, expected: set[str]) -> None:
    assert set(names(search(text))) == expected


@pytest.mark.usefixtures("town")
def test_an_area_in_the_text_can_be_taken_away_and_yields_to_a_filter() -> None:
    everywhere = search("大安區", areas_filter=False)
    assert everywhere["total"] == 7
    assert [area["applied"] for area in everywhere["understood"]["areas"]] == [False]
    assert set(names(search("大安區", ShopFilters(city="新北市")))) == {"井井"}
    assert set(names(search("大安區", ShopFilters(district="板橋區")))) == {"井井"}


@pytest.mark.usefixtures("town")
def test_a_denied_wish_costs_and_hides_nothing() -> None:
    answer = search("不要限時")
    assert answer["total"] == 7
    assert names(answer)[-1] == "黑潮"
    (blamed,) = answer["results"][-1]["matched"]["avoided"]
    assert (blamed["id"], blamed["confidence"], blamed["evidence"]) == ("time_limit", 0.9, "黑潮說")
    (implied,) = next(r for r in answer["results"] if r["shop"]["name"] == "井井")["matched"]["tags"]
    assert (implied["id"], implied["implied"]) == ("no_time_limit", True)


@pytest.mark.usefixtures("town")
def test_what_a_shop_lacks_of_the_wishes_is_said() -> None:
    best, *_ = search("安靜 wifi 插座")["results"]
    assert best["shop"]["name"] == "青鳥"
    assert [(tag["id"], tag["evidence"], tag["query_span"]["text"]) for tag in best["matched"]["tags"]] == [
        ("quiet", "青鳥說", "安靜"),
        ("outlets", "青鳥說", "插座"),
    ]
    assert [tag["id"] for tag in best["matched"]["missing"]] == ["wifi"]


def test_a_tag_without_kept_words_has_no_evidence() -> None:
    make_shop("青鳥", {"quiet": 0.9})
    assert search("安靜")["results"][0]["matched"]["tags"][0]["evidence"] is None


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("text", ["青鳥", "大安 青鳥", "帶我去青鳥", "nest lab", "NEST", "老家 安靜", "honest"])
def test_a_shop_that_is_named_comes_first(text: str) -> None:
    first, second, *_ = search(text)["results"]
    assert first["matched"]["name"]
    assert first["shop"]["name"].lower() in {"青鳥", "nest lab", "老家", "honest"}
    if text != "NEST":  # which Honest holds as well
        assert not second["matched"]["name"]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "text", ["安靜", "看夜景喝咖啡", "我想回到好久以前去過的老家附近坐坐", "bird's nest labyrinth"]
)
def test_a_name_that_is_only_part_of_the_words_is_no_name(text: str) -> None:
    make_shop("喝咖啡")
    assert not any(result["matched"]["name"] for result in search(text)["results"])


def test_a_name_may_be_made_of_words_that_mean_something_else() -> None:
    make_shop("安靜咖啡")
    make_shop("別的店", {"quiet": 1.0})
    assert names(search("安靜咖啡"))[0] == "安靜咖啡"


@pytest.mark.usefixtures("town")
def test_distance_counts_only_from_a_place() -> None:
    near = search("安靜", ShopFilters(near=Place(*TAIPEI_101), radius_m=50_000))
    parts = {r["shop"]["name"]: {p["name"]: p["value"] for p in r["matched"]["parts"]} for r in near["results"]}
    assert parts["青鳥"]["distance"] == pytest.approx(1)
    lab = next(r for r in near["results"] if r["shop"]["name"] == "Nest Lab")
    assert lab["matched"]["distance_m"] == pytest.approx(66.7, abs=0.5)
    assert parts["Nest Lab"]["distance"] == pytest.approx(math.exp(-lab["matched"]["distance_m"] / 800))
    far = search("安靜")["results"][0]["matched"]
    assert far["distance_m"] is None
    assert "distance" not in {part["name"] for part in far["parts"]}


@pytest.mark.usefixtures("town")
def test_the_mode_of_the_text_or_of_the_caller_counts() -> None:
    def mode_of(answer: dict[str, Any]) -> dict[str, float]:
        return {
            result["shop"]["name"]: part["value"]
            for result in answer["results"]
            for part in result["matched"]["parts"]
            if part["name"] == "mode"
        }

    assert mode_of(search("工作"))["Honest"] == 0.6
    assert mode_of(search("安靜", ShopFilters(mode="social")))["青鳥"] == 1
    assert mode_of(search("工作", ShopFilters(mode="rest")))["青鳥"] == 0.5
    assert mode_of(search("安靜")) == {}
    assert mode_of(search("工作", mode_counts=False)) == {}
    assert mode_of(search("工作", ShopFilters(mode="rest"), mode_counts=False))["青鳥"] == 0.5


@pytest.mark.usefixtures("town")
def test_a_mode_of_the_text_that_is_ignored_is_still_told_and_its_words_are_still_wishes() -> None:
    def told(answer: dict[str, Any]) -> tuple[str | None, bool]:
        return answer["understood"]["mode"], answer["understood"]["mode_applied"]

    counting, ignoring = search("工作"), search("工作", mode_counts=False)
    assert (told(counting), told(ignoring)) == (("work", True), ("work", False))
    assert told(search("工作", ShopFilters(mode="rest"))) == ("work", False)
    assert told(search("安靜")) == (None, False)
    assert counting["understood"]["wanted"] == ignoring["understood"]["wanted"] != []
    assert counting["total"] == ignoring["total"] == 7


@pytest.mark.usefixtures("town")
def test_a_cursor_that_began_with_a_mode_does_not_go_on_without_it() -> None:
    cursor = search("工作", limit=1)["next_cursor"]
    assert search("工作", limit=1, cursor=cursor)["results"]
    with pytest.raises(ValidationError):
        search("工作", limit=1, cursor=cursor, mode_counts=False)


def test_a_shop_with_unknown_modes_or_vector_still_appears() -> None:
    make_shop("青鳥")
    (result,) = search("工作 末班車")["results"]
    assert {part["name"]: part["value"] for part in result["matched"]["parts"]}["mode"] == 0
    assert result["similarity_score"] == 0


def test_vectors_of_another_model_are_not_compared() -> None:
    shop = make_shop("青鳥")
    embed(shop, pair_vector("末班車"), model="another model")
    assert search("末班車")["results"][0]["similarity_score"] == 0
    embed(shop, pair_vector("末班車"), model=MODEL)
    assert search("末班車")["results"][0]["similarity_score"] == 1


TEXTS = [
    "有插座可以工作的安靜咖啡廳",
    "不要限時 不要太吵",
    "青鳥",
    "末班車之後還開著的店 wifi",
    "quiet place to meet friends, no time limit",
    "大安區 放鬆",
    "大安區",
]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("near", [None, Place(*TAIPEI_101)])
def test_the_contributions_sum_to_the_score_and_weights_to_one(text: str, near: Place | None) -> None:
    answer = search(text, ShopFilters(near=near, radius_m=50_000))
    for result in answer["results"]:
        parts = {part["name"]: part for part in result["matched"]["parts"]}
        assert sum(part["contribution"] for part in parts.values()) == pytest.approx(result["total_score"], abs=1e-9)
        assert sum(part["weight"] for name, part in parts.items() if name != "avoided") == pytest.approx(1)
        assert ("avoided" in parts) == bool(answer["understood"]["avoided"])
        assert parts.get("avoided", {"weight": -CURRENT.avoided})["weight"] == -CURRENT.avoided
        assert all(0 <= part["value"] <= 1 for name, part in parts.items() if name != "avoided")
        assert result["similarity_score"] == parts["meaning"]["value"]
        assert result["taxonomy_boost"] == parts["tags"]["value"]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("text", TEXTS)
def test_the_score_is_the_documented_formula(text: str) -> None:
    """Computed once more in Python, from the tables."""
    search_ = prepared(text)
    understood = search_.understanding
    wanted = {wish.tag.id: 0.5 if wish.implied else 1.0 for wish in understood.wanted}
    vectors = {row.shop_id: row.embedding for shop in Shop.objects.all() for row in shop.embeddings.all()}
    query = pair_vector(understood.text_to_embed) if understood.text_to_embed else None
    answer: dict[str, Any] = service.answer(search_)
    for result in answer["results"]:
        shop = Shop.objects.select_related("search_document").get(id=result["shop"]["id"])
        held = {tag.tag_id: tag.confidence for tag in ShopTag.objects.filter(shop=shop)}
        meaning = 0.0
        if query is not None and shop.id in vectors:
            cosine = sum(a * float(b) for a, b in zip(query, vectors[shop.id], strict=True))
            span = UNCALIBRATED.high - UNCALIBRATED.low
            meaning = min(1.0, max(0.0, (cosine - UNCALIBRATED.low) / span))
        tags = sum(weight * held.get(tag, 0) for tag, weight in wanted.items()) / (sum(wanted.values()) or 1)
        a = min(max(understood.unexplained, 0.3), 0.9) if wanted else 1.0
        a = a if query is not None else 0.0
        total = 0.75 * (a * meaning + (1 - a) * tags) + 0.05 * shop.search_document.quality
        used = 0.8
        if understood.name is not None and understood.name.pieces:
            used += 0.1
            total += 0.1 * result["matched"]["name"]
        if understood.mode:
            used += 0.1
            total += 0.1 * getattr(shop, f"mode_{understood.mode}")
        avoided = sum(held.get(wish.tag.id, 0) for wish in understood.avoided)
        assert result["total_score"] == pytest.approx(total / used - 0.5 * avoided, abs=1e-6)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_one_after_another_are_the_whole(text: str, limit: int) -> None:
    whole = search(text)
    seen: list[str] = []
    cursor = None
    for _ in range(20):
        page = search(text, limit=limit, cursor=cursor)
        assert page["total"] == whole["total"]
        seen += names(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == names(whole)


def test_shops_with_equal_scores_are_paged_by_id_and_none_is_lost() -> None:
    for number in range(7):
        make_shop(f"同樣{number}", {"quiet": 0.5})
    first = search("安靜", limit=3)
    second = search("安靜", limit=3, cursor=first["next_cursor"])
    third = search("安靜", limit=3, cursor=second["next_cursor"])
    ids = [result["shop"]["id"] for page in (first, second, third) for result in page["results"]]
    assert ids == sorted(ids)
    assert len(set(ids)) == 7


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("text", "filters"), [("熱鬧", ALL), ("安靜", ShopFilters(city="台北市")), ("安靜", ShopFilters(tag_numbers=(1,)))]
)
def test_a_cursor_of_another_text_or_filter_is_refused(text: str, filters: ShopFilters) -> None:
    cursor = search("安靜", limit=1)["next_cursor"]
    with pytest.raises(ValidationError) as refused:
        prepared(text, filters, cursor=cursor)
    assert list(refused.value.detail) == ["cursor"]


@pytest.mark.usefixtures("town")
def test_the_same_text_in_another_spelling_continues_the_same_pages() -> None:
    cursor = search("安靜 WIFI", limit=1)["next_cursor"]
    assert search("安靜　ｗｉｆｉ", limit=1, cursor=cursor)["results"]


@pytest.mark.usefixtures("town")
def test_without_the_embedder_tags_and_words_must_do() -> None:
    embedder = PairEmbedder()
    embedder.broken = True
    answer = search("安靜 末班車", embedder=embedder)
    assert answer["degraded"]
    assert names(answer)[0] == "青鳥"
    for result in answer["results"]:
        parts = {part["name"]: part for part in result["matched"]["parts"]}
        assert parts["meaning"]["weight"] == result["similarity_score"] == 0
    assert not search("安靜 末班車")["degraded"]


@pytest.mark.usefixtures("town")
def test_nothing_is_embedded_when_the_vector_has_nothing_to_say() -> None:
    embedder = PairEmbedder()
    answer = search("大安區", embedder=embedder)
    assert not answer["degraded"]
    assert embedder.asked == []


def test_near_me_without_a_place_says_so() -> None:
    assert search("附近的咖啡廳")["understood"]["needs_place"]
    assert search("cafes near me")["understood"]["needs_place"]
    assert not search("附近", ShopFilters(near=Place(*TAIPEI_101)))["understood"]["needs_place"]
    assert not search("安靜")["understood"]["needs_place"]


def test_a_tag_that_this_process_does_not_know_yet_is_left_out() -> None:
    make_shop("青鳥", {"quiet": 0.9, "wifi": 0.5})
    search_ = prepared("安靜")
    words = search_.vocabulary
    older = replace(words, by_number={number: tag for number, tag in words.by_number.items() if tag.id != "wifi"})
    answer: dict[str, Any] = service.answer(replace(search_, vocabulary=older))
    assert [tag["id"] for tag in answer["results"][0]["shop"]["tags"]] == ["quiet"]


@given(st.text(min_size=1, max_size=30))
def test_no_text_makes_the_statement_fail(text: str) -> None:
    with connection.cursor() as cursor:
        sql, parameters = prepared(text.replace("\x00", "")).statement()
        cursor.execute(sql, parameters)
        assert cursor.fetchone() is not None
