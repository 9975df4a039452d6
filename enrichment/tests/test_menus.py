"""enrich_menu_photo: from a member's photo to the shop's menu."""

import base64
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Upload
from caferoam.api.principal import Principal
from caferoam.jobs import enqueue
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job, Lane
from caferoam.providers.errors import ProviderRefused
from caferoam.providers.llm import get_menu_reader
from caferoam.testing.anthropic import KEY, AnthropicStub, Json, overloaded
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub
from enrichment.models import LlmUsage
from enrichment.tests.making import make_shop
from shops.models import MenuItem, Shop

PHOTO = b"RIFF....WEBP of a menu"


def menu(*items: tuple[str, float | None]) -> Json:
    return {"items": [{"name": name, "price": price, "category": "咖啡"} for name, price in items]}


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub(lambda _: menu(("拿鐵", 150), ("美式", 90))) as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


@pytest.fixture
def shop(member: Principal) -> Shop:
    publish_lanes(discover_job_types().values())
    return make_shop()


def photo(member: Principal, storage: StorageStub, **fields: object) -> Upload:
    upload = Upload.objects.create(
        user_id=member.user_id,
        purpose=Upload.Purpose.MENU_PHOTO,
        content_type="image/jpeg",
        bytes=9,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    path = f"{member.user_id}/{upload.pk}/photo.webp"
    storage.put("menu-photos", path, PHOTO, "image/webp")
    ready = {"status": "ready", "photo_bucket": "menu-photos", "photo_path": path, "width": 8, "height": 8}
    Upload.objects.filter(pk=upload.pk).update(**{**ready, "claimed_at": Now(), **fields})
    upload.refresh_from_db()
    return upload


def read(shop: Shop, upload: Upload) -> Counter[str]:
    payload = {"shop_id": str(shop.pk), "upload_id": str(upload.pk), "user_id": str(upload.user_id)}
    enqueue("enrich_menu_photo", payload)
    return drain(["enrich_menu_photo"])


def prices(shop: Shop) -> dict[str, int | None]:
    return dict(MenuItem.objects.filter(shop=shop).values_list("name", "price_twd"))


def job() -> Job:
    return Job.objects.filter(job_type="enrich_menu_photo").latest("created_at")


def test_a_photo_becomes_a_menu_with_its_provenance_and_its_cost(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    upload = photo(member, storage_stub)
    assert read(shop, upload) == Counter(completed=1)
    assert prices(shop) == {"拿鐵": 150, "美式": 90}
    assert {(item.source, item.source_upload_id) for item in MenuItem.objects.all()} == {("menu_photo", upload.pk)}
    usage = LlmUsage.objects.get()
    assert (usage.purpose, usage.model, usage.job_id) == ("enrich_menu_photo", "claude-haiku-5-5/1", job().pk)
    assert (usage.usd > 0, usage.tokens_out) == (True, stub.billed.tokens_out)
    sent = stub.asked[0].json
    image = sent["messages"][0]["content"][0]["source"]
    assert (sent["model"], image["media_type"], base64.b64decode(image["data"])) == (
        "claude-haiku-5-5",
        "image/webp",
        PHOTO,
    )


def test_a_second_photo_adds_and_renews_and_leaves_a_curators_rows_alone(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    MenuItem.objects.create(shop=shop, name="美式", price_twd=80, source="curator")
    read(shop, photo(member, storage_stub))
    stub.think = lambda _: menu(("拿 鐵", 10), ("拿鐵", 400), ("美式", 100), ("可可", 0), ("無名", -5))
    later = photo(member, storage_stub)
    assert read(shop, later) == Counter(completed=1)
    assert prices(shop) == {"拿鐵": 400, "美式": 80, "拿 鐵": 10, "可可": 0}
    assert dict(MenuItem.objects.exclude(needs_review="").values_list("name", "needs_review")) == {
        "拿鐵": "was 150",
        "可可": "unusual price",
    }
    assert MenuItem.objects.get(name="拿鐵").source_upload_id == later.pk


def test_an_older_photo_that_is_read_later_takes_no_price_back(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    older = photo(member, storage_stub, created_at=timezone.now() - timedelta(days=1))
    read(shop, photo(member, storage_stub))
    stub.think = lambda _: menu(("拿鐵", 120), ("可可", 130))
    read(shop, older)
    assert prices(shop) == {"拿鐵": 150, "美式": 90, "可可": 130}


@pytest.mark.parametrize("thought", [{"items": []}, menu(("", 100), ("120", 120), ("拿鐵", -1))])
def test_a_photo_without_one_valid_item_changes_nothing(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub, thought: Json
) -> None:
    stub.think = lambda _: thought
    assert read(shop, photo(member, storage_stub)) == Counter(completed=1)
    assert prices(shop) == {}


def test_it_waits_for_the_photo_without_losing_an_attempt_or_holding_up_the_others(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    claimed = photo(member, storage_stub, status="claimed", photo_bucket=None, photo_path=None, width=None, height=None)
    assert read(shop, claimed) == Counter(completed=1)
    waiting = job()
    assert (waiting.status, waiting.attempts) == ("pending", 0)
    assert timezone.now() < waiting.scheduled_at < timezone.now() + timedelta(minutes=1)
    assert stub.asked == []
    assert read(shop, photo(member, storage_stub)) == Counter(completed=1)


def test_a_photo_that_is_never_ready_is_left_to_an_operator(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    stuck = photo(
        member, storage_stub, status="claimed", photo_bucket=None, photo_path=None, width=None, height=None,
        claimed_at=timezone.now() - timedelta(days=2),
    )  # fmt: skip
    assert read(shop, stuck) == Counter(failed=1)
    assert "was not ready within a day" in (job().last_error or "")


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("fate", ["refused", "discarded", "gone", "file gone", "shop closed", "another's"])
def test_what_vanished_meanwhile_ends_the_job_quietly(
    shop: Shop, member: Principal, other_member: Principal, storage_stub: StorageStub, fate: str
) -> None:
    upload = photo(member, storage_stub)
    match fate:
        case "refused":
            Upload.objects.filter(pk=upload.pk).update(status="refused", refusal="not_an_image")
        case "discarded":
            Upload.objects.filter(pk=upload.pk).update(status="discarded")
        case "gone":
            Upload.objects.filter(pk=upload.pk).delete()
        case "file gone":
            storage_stub.remove("menu-photos", upload.photo_path or "")
        case "shop closed":
            Shop.objects.update(status="closed")
        case _:
            upload.user_id = other_member.user_id
    assert read(shop, upload) == Counter(completed=1)
    assert (LlmUsage.objects.count(), prices(shop)) == (0, {})


def test_a_photo_that_is_deleted_while_it_is_read_leaves_nothing(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    upload = photo(member, storage_stub)

    def discard() -> None:  # on the thread that answers, which has a connection of its own
        Upload.objects.filter(pk=upload.pk).update(status="discarded")
        connection.close()

    storage_stub.meanwhile(discard, method="GET")
    assert read(shop, upload) == Counter(completed=1)
    assert (len(stub.asked), prices(shop)) == (1, {})


def test_a_vendor_that_is_down_costs_no_attempt_and_an_answer_of_no_use_one(
    stub: AnthropicStub, shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    stub.next(overloaded())
    assert read(shop, photo(member, storage_stub)) == Counter(pending=1)
    assert (job().max_attempts - job().attempts, LlmUsage.objects.count()) == (5, 0)
    Job.objects.all().delete()
    Lane.objects.update(paused_until=None)
    stub.think = lambda _: "{}"
    assert read(shop, photo(member, storage_stub)) == Counter(pending=1)
    assert job().last_error == "MenuUnusable: The model's answer lacks its items."
    assert (job().max_attempts - job().attempts, LlmUsage.objects.count()) == (4, 1)


def test_offline_the_job_completes_without_doing_anything_and_says_so(
    shop: Shop, member: Principal, storage_stub: StorageStub
) -> None:
    assert read(shop, photo(member, storage_stub)) == Counter(completed=1)
    assert (prices(shop), LlmUsage.objects.count()) == ({}, 0)
    with pytest.raises(ProviderRefused, match="LLM_PROVIDER is offline"):
        get_menu_reader().read_menu(PHOTO, "image/webp")


@pytest.mark.slow
@pytest.mark.usefixtures("stub")
def test_the_workers_login_may_do_all_of_it(
    shop: Shop, member: Principal, storage_stub: StorageStub, request: pytest.FixtureRequest
) -> None:
    upload = photo(member, storage_stub)
    request.getfixturevalue("worker_login")
    assert read(shop, upload) == Counter(completed=1)
    assert read(shop, upload) == Counter(completed=1)
    assert prices(shop) == {"拿鐵": 150, "美式": 90}
