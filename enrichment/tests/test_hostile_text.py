"""Hostile text changes its own café only, and there only what the schema allows, whatever a model makes of it."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Upload
from caferoam.api.principal import Principal
from caferoam.jobs import enqueue
from caferoam.testing.anthropic import KEY, AnthropicStub, Json, shop_of
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub
from enrichment.decision import MAX_QUOTE_CHARS, MAX_SUMMARY_CHARS
from enrichment.menu_merging import CATEGORY_MAX_LENGTH, NAME_MAX_LENGTH
from enrichment.models import LlmUsage
from enrichment.tests.hostile import HOSTILE
from enrichment.tests.making import forget_jobs, make_shop, review
from shops.models import MenuItem, Shop, ShopTag, TaxonomyTag

pytestmark = pytest.mark.slow
texts = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
DESCRIBED = {"summary_zh", "summary_en", "mode_work", "mode_rest", "mode_social"}
BOOKKEEPING = {"enriched_at", "enriched_model", "enrichment_input_hash", "updated_at"}


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


def fooled(text: str) -> Json:
    """What a model would answer that did all that it is told, and worse."""
    quote = {"source": "r1", "quote": text}
    invented = [{"source": source, "quote": "安靜"} for source in ("r9", "facts", "__class__", "attributes.", "")]
    return {
        "tags": [
            {"id": "quiet", "confidence": 1, "evidence": [{"source": "r2", "quote": "安靜"}, quote]},
            {"id": "wifi", "confidence": 1, "evidence": [*invented, {"source": "r1", "quote": text + "!"}]},
            {"id": text, "confidence": 1, "evidence": [quote]},
            {"id": "outlets", "confidence": 1e300, "evidence": [quote]},
        ],
        "summary_zh": text * 2,
        "summary_en": text,
        "modes": {"work": 99, "rest": -99, "social": 0.5},
        "status": "closed",
        "locked_fields": [],
    }


@texts
@pytest.mark.usefixtures("taxonomy")
def test_a_review_changes_only_what_describes_its_own_cafe(stub: AnthropicStub, text: str) -> None:
    bystander, shop = make_shop("別家"), make_shop(description=text, name=text.replace("\x00", "")[:200] or "無名")
    review(bystander, "安靜")
    review(shop, text, "很安靜")
    forget_jobs()
    enqueue("enrich_shop", {"shop_id": str(shop.pk)})
    before = {row["id"]: row for row in Shop.objects.values()}
    taxonomy = list(TaxonomyTag.objects.order_by("id").values())
    stub.think = lambda _: fooled(text)
    assert drain(["enrich_shop"]) == Counter(completed=1)

    told = stub.asked[0].json["messages"][0]["content"][0]["text"]
    assert told.count("<") == told.count(">") == 2
    assert shop_of(stub.asked[0].json)["reviews"].keys() <= {"r1", "r2"}
    assert len(stub.asked[0].body) < 150_000
    after = {row["id"]: row for row in Shop.objects.values()}
    assert after[bystander.pk] == before[bystander.pk]
    was, is_now = (dict[str, object](**rows[shop.pk]) for rows in (before, after))
    assert {name for name, value in is_now.items() if value != was[name]} <= DESCRIBED | BOOKKEEPING
    shop.refresh_from_db()
    assert (shop.mode_work, shop.mode_rest, shop.mode_social) == (1.0, 0.0, 0.5)
    for summary in (shop.summary_zh, shop.summary_en):
        assert len(summary) <= MAX_SUMMARY_CHARS
        assert not summary or summary.isprintable()
    tags = {tag.tag_id: tag for tag in ShopTag.objects.all()}
    assert tags.keys() == {"quiet"}
    assert tags["quiet"].shop_id == shop.pk
    for one in tags["quiet"].evidence:
        assert one["quote"] in ("安靜", text)
        assert len(one["quote"]) <= MAX_QUOTE_CHARS
    assert list(TaxonomyTag.objects.order_by("id").values()) == taxonomy
    assert LlmUsage.objects.count() == 1


@texts
def test_a_menu_changes_only_the_items_of_its_own_cafe(
    stub: AnthropicStub, member: Principal, storage_stub: StorageStub, text: str
) -> None:
    bystander, shop = make_shop("別家"), make_shop()
    MenuItem.objects.create(shop=bystander, name="拿鐵", price_twd=150, source="curator")
    MenuItem.objects.create(shop=shop, name="美式", price_twd=90, source="curator")
    path = f"{member.user_id}/photo.webp"
    storage_stub.put("menu-photos", path, b"RIFF....WEBP", "image/webp")
    upload = Upload.objects.create(
        user_id=member.user_id, purpose="menu_photo", content_type="image/jpeg", bytes=9, status="ready",
        expires_at=timezone.now() + timedelta(hours=1), photo_bucket="menu-photos", photo_path=path, width=8, height=8,
    )  # fmt: skip
    stub.think = lambda _: json.dumps(
        {
            "items": [
                {"name": text, "price": 100, "category": text, "shop_id": str(bystander.pk)},
                {"name": "美式", "price": 1, "category": text},
                {"name": "拿鐵", "price": 1e400, "category": ""},
                {"name": "可可", "price": 120, "category": text, "source": "curator"},
            ]
        }
    )
    before = list(Shop.objects.order_by("id").values())
    enqueue("enrich_menu_photo", {"shop_id": str(shop.pk), "upload_id": str(upload.pk), "user_id": str(member.user_id)})
    assert drain(["enrich_menu_photo"]) == Counter(completed=1)
    assert list(Shop.objects.order_by("id").values()) == before
    assert [item.price_twd for item in MenuItem.objects.filter(shop=bystander)] == [150]
    curated = MenuItem.objects.get(shop=shop, source="curator")
    assert (curated.name, curated.price_twd, curated.category) == ("美式", 90, "")
    read = MenuItem.objects.filter(shop=shop, source="menu_photo")
    assert "可可" in {item.name for item in read}
    for item in read:
        assert item.name.isprintable()
        assert item.category.isprintable()
        assert len(item.name) <= NAME_MAX_LENGTH
        assert len(item.category) <= CATEGORY_MAX_LENGTH
    assert read.count() <= 3
