"""Each count says how many shops the same query would find with that value in its filter's place."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from shops.hours.week import TAIPEI, WEEK_MINUTES, OpenWeek, minute_of_week
from shops.models import Shop, TaxonomyTag
from shops.search.vocabulary import vocabularies
from shops.tests.making import make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy")]

AREAS = [("台北市", "大安區"), ("台北市", "信義區"), ("台中市", "大安區"), ("台中市", "西區"), ("新北市", ""), ("", "")]
TAGS = ("quiet", "wifi", "outlets")
PLACES = [(25.03, 121.56), (24.15, 120.66)]
ALWAYS = OpenWeek.of([(0, WEEK_MINUTES)])
IN_THREE_DAYS = timezone.now() + timedelta(days=3)
THEN_ONLY = OpenWeek.of([(minute_of_week(IN_THREE_DAYS), minute_of_week(IN_THREE_DAYS) + 1)])


@dataclass(frozen=True)
class Cafe:
    """What the counts go by."""

    name: str
    city: str
    district: str
    place: tuple[float, float]
    tags: frozenset[str]
    modes: dict[str, float] | None
    open_minutes: OpenWeek | None


OPEN_AT = f"{IN_THREE_DAYS.astimezone(TAIPEI):%Y-%m-%dT%H:%M}"


def cafes() -> list[Cafe]:
    chance = random.Random(6)  # noqa: S311 - any cafés will do
    return [
        Cafe(
            name=f"{chance.choice(['Alpha', 'Beta'])} {number}",
            city=city,
            district=district,
            place=chance.choice(PLACES),
            tags=frozenset(tag for tag in TAGS if chance.random() < 0.5),
            modes=chance.choice(
                [None, {"work": 0.5, "rest": 0.49, "social": 1.0}, {"work": 0.2, "rest": 0.8, "social": 0.0}]
            ),
            open_minutes=chance.choice([None, ALWAYS, THEN_ONLY]),
        )
        for number, (city, district) in enumerate(chance.choice(AREAS) for _ in range(40))
    ]


def recounted(all_cafes: Sequence[Cafe], asked: dict[str, Any]) -> dict[str, Any]:
    """The counts by plain loops."""

    def fits(cafe: Cafe, facet: str = "") -> bool:
        return (
            (facet == "city" or asked.get("city", cafe.city) == cafe.city)
            and (facet == "district" or asked.get("district", cafe.district) == cafe.district)
            and (facet == "mode" or "mode" not in asked or suits(cafe, asked["mode"]))
            and cafe.tags.issuperset(asked.get("tag", ()))
            and asked.get("q", "") in cafe.name.lower()
            and ("near" not in asked or cafe.place == PLACES[0])
            and ("bbox" not in asked or cafe.place == PLACES[1])
            and ("open_now" not in asked or cafe.open_minutes is ALWAYS)
            and ("open_at" not in asked or cafe.open_minutes is not None)
        )

    def suits(cafe: Cafe, mode: str) -> bool:
        return cafe.modes is not None and cafe.modes[mode] >= 0.5

    passing = [cafe for cafe in all_cafes if fits(cafe)]
    return {
        "total": len(passing),
        "open_now": sum(cafe.open_minutes is ALWAYS for cafe in passing),
        "cities": Counter(cafe.city for cafe in all_cafes if fits(cafe, "city") and cafe.city),
        "districts": Counter(
            (cafe.city, cafe.district) for cafe in all_cafes if fits(cafe, "district") and cafe.district
        ),
        "tags": Counter(tag for cafe in passing for tag in cafe.tags),
        "modes": {
            mode: sum(fits(cafe, "mode") and suits(cafe, mode) for cafe in all_cafes)
            for mode in ("work", "rest", "social")
        },
    }


def comparable(facets: dict[str, Any]) -> dict[str, Any]:
    return {
        **facets,
        "cities": {row["city"]: row["count"] for row in facets["cities"]},
        "districts": {(row["city"], row["district"]): row["count"] for row in facets["districts"]},
        "tags": {row["id"]: row["count"] for row in facets["tags"]},
    }


@pytest.fixture
def town(taxonomy: None) -> list[Cafe]:
    made = cafes()
    for cafe in made:
        scores: dict[str, Any] = {f"mode_{mode}": score for mode, score in (cafe.modes or {}).items()}
        make_shop(
            cafe.name,
            dict.fromkeys(cafe.tags, 0.5),
            city=cafe.city,
            district=cafe.district,
            place=cafe.place,
            open_minutes=cafe.open_minutes,
            **scores,
        )
    make_shop("Alpha draft", {"quiet": 1.0}, city="台北市", district="大安區", status=Shop.Status.DRAFT)
    make_shop("Beta closed", {"quiet": 1.0}, city="台北市", district="大安區", status=Shop.Status.CLOSED)
    return made


@pytest.fixture
def counted(api: ApiClient) -> Callable[..., dict[str, Any]]:
    def count(**params: Any) -> dict[str, Any]:
        response = api.get("/shops", {**params, "facets": "true"})
        assert response.status_code == 200, response.content
        body: dict[str, Any] = response.json()
        assert_as_described(body, "ShopPage")
        facets: dict[str, Any] = body["facets"]
        return facets

    return count


ONE_BY_ONE: list[dict[str, Any]] = [
    {},
    {"city": "台北市"},
    {"district": "大安區"},
    {"city": "台北市", "district": "大安區"},
    {"city": "花蓮縣"},
    {"mode": "work"},
    {"mode": "rest"},
    {"mode": "social"},
    {"tag": ["quiet"]},
    {"tag": ["quiet", "wifi", "outlets"]},
    {"q": "alpha"},
    {"near": "25.03,121.56"},
    {"bbox": "120,24,121,25"},
    {"open_now": "true"},
    {"open_at": OPEN_AT},
    {"open_now": "true", "open_at": OPEN_AT},
]


def test_the_counts_under_each_filter_are_those_of_plain_loops(
    town: list[Cafe], counted: Callable[..., dict[str, Any]]
) -> None:
    for asked in ONE_BY_ONE:
        assert (asked, comparable(counted(**asked))) == (asked, recounted(town, asked))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "city": st.sampled_from(["台北市", "台中市", "花蓮縣"]),
            "district": st.sampled_from(["大安區", "西區"]),
            "mode": st.sampled_from(["work", "rest", "social"]),
            "tag": st.lists(st.sampled_from(TAGS), min_size=1, max_size=2),
            "q": st.sampled_from(["alpha", "1"]),
            "near": st.just("25.03,121.56"),
            "bbox": st.just("120,24,121,25"),
            "open_now": st.just("true"),
            "open_at": st.just(OPEN_AT),
        },
    )
)
def test_the_counts_under_all_filters_together_are_those_of_plain_loops(
    town: list[Cafe], counted: Callable[..., dict[str, Any]], asked: dict[str, Any]
) -> None:
    assert comparable(counted(**asked)) == recounted(town, asked)


@pytest.mark.usefixtures("town")
def test_each_count_is_the_total_with_that_value_in_its_filters_place(counted: Callable[..., dict[str, Any]]) -> None:
    asked: dict[str, Any] = {"city": "台北市", "mode": "rest", "tag": ["quiet"]}
    facets = counted(**asked)
    values: list[tuple[int, dict[str, Any]]] = [
        (facets["open_now"], {"open_now": "true"}),
        *((row["count"], {"city": row["city"]}) for row in facets["cities"]),
        *((row["count"], {"city": row["city"], "district": row["district"]}) for row in facets["districts"]),
        *((row["count"], {"tag": ["quiet", row["id"]]}) for row in facets["tags"]),
        *((count, {"mode": mode}) for mode, count in facets["modes"].items()),
    ]
    assert len(values) > 8
    assert [count for count, _ in values] == [counted(**{**asked, **value})["total"] for _, value in values]


@pytest.mark.usefixtures("town")
def test_the_largest_counts_come_first(counted: Callable[..., dict[str, Any]]) -> None:
    facets = counted()
    for facet in ("cities", "districts", "tags"):
        counts = [row["count"] for row in facets[facet]]
        assert counts == sorted(counts, reverse=True)
        assert min(counts) > 0


@pytest.mark.usefixtures("town")
def test_counts_are_one_statement_and_only_where_they_are_asked_for(api: ApiClient) -> None:
    first = api.get("/shops", {"limit": 1}).json()
    for asked in ({}, {"facets": "false"}, {"cursor": first["next_cursor"]}):
        body = api.get("/shops", {"limit": 1, **asked}).json()
        assert (body["facets"], api.queries) == (None, 1)
    for asked in ({"facets": "true"}, {"facets": "true", "cursor": first["next_cursor"]}):
        body = api.get("/shops", {"limit": 1, **asked}).json()
        assert (body["facets"]["total"], api.queries) == (40, 2)


def test_where_no_shop_is_there_is_nothing_to_choose(counted: Callable[..., dict[str, Any]]) -> None:
    assert counted() == {
        "total": 0,
        "open_now": 0,
        "cities": [],
        "districts": [],
        "tags": [],
        "modes": {"work": 0, "rest": 0, "social": 0},
    }


def test_a_tag_that_this_process_has_not_read_yet_is_left_out(counted: Callable[..., dict[str, Any]]) -> None:
    counted()
    TaxonomyTag.objects.create(id="brand_new", number=999, dimension="coffee", label="New", label_zh="新")
    make_shop("Alpha", {"brand_new": 1.0, "quiet": 1.0})
    assert counted()["tags"] == [{"id": "quiet", "count": 1}]
    vocabularies.forget()
    assert [row["id"] for row in counted()["tags"]] == ["quiet", "brand_new"]
