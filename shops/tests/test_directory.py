"""The directory is open to all, shows live cafés only, and asks the database a fixed number of times."""

import json
from typing import Any

import pytest
from rest_framework.response import Response

from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described
from shops.models import MenuItem, Shop, ShopPhoto, ShopTag, TaxonomyTag
from shops.search.vocabulary import vocabularies
from shops.tests.making import TAIPEI_101, make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy")]

NEAR_101 = f"{TAIPEI_101[0]},{TAIPEI_101[1]}"


def listed(api: ApiClient, **params: Any) -> list[str]:
    response = api.get("/shops", params)
    assert response.status_code == 200, response.content
    return [shop["name"] for shop in response.json()["results"]]


def ok(response: Response) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    body: dict[str, Any] = json.loads(response.content)
    return body


@pytest.fixture
def town(taxonomy: None) -> None:
    make_shop(
        "Alpha 咖啡",
        {"quiet": 0.9, "wifi": 0.6},
        city="台北市",
        district="大安區",
        rating=4.5,
        mode_work=0.8,
        mode_rest=0.2,
        mode_social=0.1,
    )
    make_shop(
        "Beta",
        {"wifi": 0.7},
        city="台北市",
        district="信義區",
        rating=3.5,
        mode_work=0.5,
        mode_rest=0.9,
        mode_social=0.4,
        place=(25.0345, 121.5645),
    )
    make_shop("Gamma", {"quiet": 0.4}, city="新北市", district="板橋區", place=(25.01, 121.46))
    make_shop("Delta", city="台中市", district="大安區", rating=4.5, place=(24.35, 120.58))
    make_shop("Draft", {"quiet": 1.0}, city="台北市", district="大安區", status=Shop.Status.DRAFT)
    make_shop("Closed", {"quiet": 1.0}, city="台北市", district="大安區", status=Shop.Status.CLOSED)


LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["Alpha 咖啡", "Beta", "Delta", "Gamma"]),
    ({"order": "name"}, ["Alpha 咖啡", "Beta", "Delta", "Gamma"]),
    ({"city": "台北市"}, ["Alpha 咖啡", "Beta"]),
    ({"city": "臺北市"}, ["Alpha 咖啡", "Beta"]),
    ({"city": "nowhere"}, []),
    ({"district": "大安區"}, ["Alpha 咖啡", "Delta"]),
    ({"city": "台北市", "district": "大安區"}, ["Alpha 咖啡"]),
    ({"tag": "wifi"}, ["Alpha 咖啡", "Beta"]),
    ({"tag": ["wifi", "quiet"]}, ["Alpha 咖啡"]),
    ({"tag": ["wifi", "wifi"]}, ["Alpha 咖啡", "Beta"]),
    ({"mode": "work"}, ["Alpha 咖啡", "Beta"]),
    ({"mode": "rest"}, ["Beta"]),
    ({"mode": "social"}, []),
    ({"q": "ＢＥ"}, ["Beta"]),
    ({"q": "咖啡"}, ["Alpha 咖啡"]),
    ({"q": "%"}, []),
    ({"near": NEAR_101}, ["Alpha 咖啡", "Beta"]),
    ({"near": NEAR_101, "radius_m": 50}, ["Alpha 咖啡"]),
    ({"near": NEAR_101, "radius_m": 50_000}, ["Alpha 咖啡", "Beta", "Gamma"]),
    ({"near": "25.0346,121.5645"}, ["Beta", "Alpha 咖啡"]),
    ({"near": "25.0346,121.5645", "order": "name"}, ["Alpha 咖啡", "Beta"]),
    ({"near": "0,0"}, []),
    ({"near": "90,180"}, []),
    ({"bbox": "121.4,25.0,121.5,25.1"}, ["Gamma"]),
    ({"bbox": "-180,-90,180,90"}, ["Alpha 咖啡", "Beta", "Delta", "Gamma"]),
    ({"bbox": "121.46,25.01,121.46,25.01"}, ["Gamma"]),
]


@pytest.mark.usefixtures("town")
def test_filters_narrow_and_orders_order(api: ApiClient) -> None:
    assert [(params, listed(api, **params)) for params, _ in LISTS] == LISTS


@pytest.mark.usefixtures("town")
def test_the_best_rated_come_first_and_the_unrated_last(api: ApiClient) -> None:
    names = listed(api, order="rating")
    assert set(names[:2]) == {"Alpha 咖啡", "Delta"}
    assert names[2:] == ["Beta", "Gamma"]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("path", ["/shops", "/shops/"])
def test_a_listed_shop_is_as_described(api: ApiClient, path: str) -> None:
    body = ok(api.get(path, {"near": NEAR_101}))
    assert_as_described(body, "ShopPage")
    assert [(tag["id"], tag["label_zh"], tag["confidence"]) for tag in body["results"][0]["tags"]] == [
        ("quiet", "安靜", 0.9),
        ("wifi", "無線網路", 0.6),
    ]
    assert body["results"][1]["distance_m"] == pytest.approx(66.7, abs=0.5)
    everywhere = ok(api.get(path))
    assert_as_described(everywhere, "ShopPage")
    assert everywhere["results"][0]["distance_m"] is None
    assert everywhere["results"][2]["modes"] is None


@pytest.mark.parametrize(("order", "limit"), [("name", 1), ("rating", 3), ("distance", 3), ("distance", 100)])
def test_pages_one_after_another_are_the_whole_also_where_keys_are_equal(
    api: ApiClient, order: str, limit: int
) -> None:
    for number in range(8):
        make_shop(f"同名{number // 3}", rating=None if number % 3 else 4.0, place=(25.03 + number // 2 / 1000, 121.56))
    params: dict[str, str] = {"order": order, "near": "25.03,121.56"}
    whole = [shop["id"] for shop in ok(api.get("/shops", params))["results"]]
    assert len(whole) == 8
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(10):
        page = ok(api.get("/shops", {**params, "limit": str(limit), **cursor}))
        seen += [shop["id"] for shop in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == whole


def test_a_cursor_holds_the_longest_name(api: ApiClient) -> None:
    make_shop("😀" * 200)
    make_shop("😀" * 199 + "🙃")
    first = ok(api.get("/shops", {"limit": 1}))
    assert ok(api.get("/shops", {"limit": 1, "cursor": first["next_cursor"]}))["next_cursor"] is None


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("other", [{"order": "rating"}, {"city": "台北市"}, {"near": NEAR_101}, {"q": "a"}])
def test_a_cursor_fits_only_its_own_list(api: ApiClient, other: dict[str, str]) -> None:
    cursor = ok(api.get("/shops", {"limit": 1}))["next_cursor"]
    response = api.get("/shops", {**other, "cursor": cursor})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["cursor"]


def test_a_page_is_one_statement_however_many_shops_it_shows(api: ApiClient) -> None:
    for number in range(3):
        make_shop(f"店{number}", {"quiet": 0.5})
    api.get("/shops")
    for limit in (1, 3):
        ok(api.get("/shops", {"limit": limit, "tag": "quiet"}))
        assert api.queries == 1
    vocabularies.forget()
    ok(api.get("/shops"))
    assert api.queries == 3  # the tags, the areas, the page


def test_a_shop_shows_its_tags_with_evidence_and_its_photos(api: ApiClient) -> None:
    shop = make_shop(
        "青鳥",
        {"quiet": 0.9},
        quote="真的很安靜",
        opening_hours_raw="10-18",
        mode_work=0.5,
        mode_rest=0.5,
        mode_social=0,
    )
    ShopTag.objects.create(shop=shop, tag_id="wifi", source=ShopTag.Source.CURATOR, confidence=1)
    ShopTag.objects.create(shop=shop, tag_id="quiet", source=ShopTag.Source.IMPORT, confidence=0.2)
    ShopPhoto.objects.create(shop=shop, path="a b/門口.jpg", width=800, height=600, position=1)
    ShopPhoto.objects.create(shop=shop, path="first.jpg", width=80, height=60)
    for name, price in (("拿鐵", 150), ("美式", None)):
        MenuItem.objects.create(shop=shop, name=name, price_twd=price, category="咖啡", source="menu_photo")
    for path in (f"/shops/{shop.id}", f"/shops/{shop.id}/", f"/shops/{str(shop.id).upper()}"):
        body = ok(api.get(path))
        assert api.queries == 4
        assert_as_described(body, "ShopDetail")
    assert [(tag["id"], tag["source"], tag["confidence"], tag["evidence"]) for tag in body["tags"]] == [
        ("wifi", "curator", 1.0, []),
        ("quiet", "offline", 0.9, [{"quote": "真的很安靜", "field": "review"}]),
    ]
    assert [(item["name"], item["price_twd"], item["category"], item["source"]) for item in body["menu"]] == [
        ("拿鐵", 150, "咖啡", "menu_photo"),
        ("美式", None, "咖啡", "menu_photo"),
    ]
    assert [photo["url"].partition("/storage/")[2] for photo in body["photos"]] == [
        "v1/object/public/shop-photos/first.jpg",
        "v1/object/public/shop-photos/a%20b/%E9%96%80%E5%8F%A3.jpg",
    ]
    assert body["modes"] == {"work": 0.5, "rest": 0.5, "social": 0}
    assert body["opening_hours_raw"] == "10-18"


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_a_shop_that_is_not_live_is_not_there(api: ApiClient, status: str) -> None:
    shop = make_shop("青鳥", status=status)
    assert api.get(f"/shops/{shop.id}").status_code == 404


def test_an_unknown_shop_is_not_there(api: ApiClient) -> None:
    response = api.get("/shops/00000000-0000-4000-8000-000000000000")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_the_taxonomy_is_one_statement_and_can_be_cached(api: ApiClient) -> None:
    response = api.get("/taxonomy")
    assert api.queries == 1
    body = ok(response)
    assert_as_described(body, "Taxonomy")
    assert [dimension["id"] for dimension in body["dimensions"]] == [
        "functionality",
        "time",
        "ambience",
        "mode",
        "coffee",
    ]
    quiet = next(tag for tag in body["dimensions"][2]["tags"] if tag["id"] == "quiet")
    assert quiet == {"id": "quiet", "label": "Quiet", "label_zh": "安靜", "complement": "lively"}
    assert "public" in response["Cache-Control"]
    again = api.get("/taxonomy/", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/taxonomy", headers={"If-None-Match": '"another"'}).status_code == 200


def test_the_taxonomys_etag_follows_the_taxonomy(api: ApiClient) -> None:
    before = api.get("/taxonomy")["ETag"]
    TaxonomyTag.objects.filter(id="quiet").update(label_zh="寧靜")
    assert api.get("/taxonomy")["ETag"] != before
