"""GET /stamps/{shop_id}.svg: a picture for everybody, cached, and harmless wherever it is opened."""

from collections.abc import Callable

import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from checkins.tests.making import NOBODYS
from shops.models import Shop, ShopTag
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy
from shops.tests.making import make_shop
from stamps.art import ShopFacts, draw
from stamps.art.motifs import MOTIFS

pytestmark = pytest.mark.usefixtures("taxonomy")


@pytest.fixture
def taxonomy(transactional_db: None) -> None:
    load_taxonomy(file_definitions())


def test_anybody_may_look_at_it(api: ApiClient, shop: Shop) -> None:
    for path in (f"/stamps/{shop.id}.svg", f"/stamps/{shop.id}.svg/", f"/stamps/{str(shop.id).upper()}.svg"):
        response = api.get(path)
        assert response.status_code == 200
        assert api.queries == 1
        assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
        facts = ShopFacts(shop.id, shop.name, shop.city, shop.district, frozenset())
        assert response.content.decode() == draw(facts)


def test_it_is_kept_by_caches_and_asked_for_again_by_its_etag(api: ApiClient, shop: Shop) -> None:
    response = api.get(f"/stamps/{shop.id}.svg")
    assert "public" in response["Cache-Control"]
    assert "max-age=3600" in response["Cache-Control"]
    again = api.get(f"/stamps/{shop.id}.svg", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    Shop.objects.filter(id=shop.id).update(name="青鳥")
    changed = api.get(f"/stamps/{shop.id}.svg", headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != response["ETag"]


def test_a_browser_that_opens_it_may_do_nothing_with_it(api: ApiClient, shop: Shop) -> None:
    response = api.get(f"/stamps/{shop.id}.svg")
    policy = {directive.strip() for directive in response["Content-Security-Policy"].split(";")}
    assert "default-src 'none'" in policy
    assert not any("unsafe" in directive or "script" in directive for directive in policy)
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_closed_cafe_keeps_its_stamp(api: ApiClient, shop: Shop) -> None:
    before = api.get(f"/stamps/{shop.id}.svg").content
    Shop.objects.filter(id=shop.id).update(status="closed")
    assert api.get(f"/stamps/{shop.id}.svg").content == before


@pytest.mark.parametrize("status", [None, "draft"])
def test_a_cafe_that_was_never_live_has_none(api: ApiClient, status: str | None) -> None:
    shop_id = make_shop("青鳥", status=status).id if status else NOBODYS
    response = api.get(f"/stamps/{shop_id}.svg")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert "no-store" in response["Cache-Control"]


def test_what_is_malformed_is_named(api: ApiClient, shop: Shop) -> None:
    for path, field in (("/stamps/x.svg", "shop_id"), (f"/stamps/{shop.id}.svg?size=3", "size")):
        response = api.get(path)
        assert (response.status_code, [*response.json()["errors"]]) == (400, [field])
    assert api.get(f"/stamps/{shop.id}.png").status_code == 404
    assert api.get(f"/stamps/{shop.id}").status_code == 404


def test_a_bad_token_is_refused_here_too(
    api: ApiClient, shop: Shop, bearer: Callable[[Principal], dict[str, str]], member: Principal
) -> None:
    assert api.get(f"/stamps/{shop.id}.svg", headers={"Authorization": "Bearer x"}).status_code == 401
    response = api.get(f"/stamps/{shop.id}.svg", headers=bearer(member))
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)


def test_its_motif_follows_the_tags_that_count(api: ApiClient) -> None:
    def motif(shop: Shop) -> str:
        svg = api.get(f"/stamps/{shop.id}.svg").content.decode()
        (found,) = [name for name, drawn in MOTIFS.items() if drawn.lines in svg]
        return found

    cat = make_shop("貓", {"resident_cat": 0.9, "outlets": 0.9})
    assert motif(cat) == "cat"
    assert motif(make_shop("或許", {"resident_cat": 0.4, "outlets": 0.9})) == "plug"
    ShopTag.objects.create(shop=cat, tag_id="resident_cat", source=ShopTag.Source.CURATOR, confidence=0)
    assert motif(cat) == "plug", "a curator took the cat away"
