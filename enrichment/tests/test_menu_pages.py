"""Curators see odd prices first, and the photo behind them; what they change, no photo changes back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Upload
from caferoam.api.principal import Principal
from caferoam.testing.desk import become_the_admin, operator
from caferoam.testing.storage import StorageStub
from enrichment.menu_merging import Item, merge
from enrichment.tests.making import make_shop
from shops.models import MenuItem, Shop

pytestmark = pytest.mark.django_db(transaction=True)

MENUS = "/shops/menuitem/"
PHOTO = b"RIFF....WEBP of a menu"


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    become_the_admin(settings)


@pytest.fixture
def curator(transactional_db: None) -> Client:
    wanted = ("view_menuitem", "change_menuitem", "delete_menuitem")
    return operator("curator", *(f"shops.{permission}" for permission in wanted))


def item(shop: Shop, name: str = "拿鐵", **fields: object) -> MenuItem:
    return MenuItem.objects.create(shop=shop, name=name, **{"price_twd": 150, "source": "menu_photo", **fields})


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
    Upload.objects.filter(pk=upload.pk).update(**{**ready, "claimed_at": timezone.now(), **fields})
    upload.refresh_from_db()
    return upload


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def change(client: Client, row: MenuItem, **fields: object) -> str:
    """Save the form, and give the page that comes then."""
    values = {"name": row.name, "price_twd": row.price_twd, "category": row.category, **fields}
    filled = {name: "" if value is None else value for name, value in values.items()}
    answer = client.post(f"{MENUS}{row.pk}/change/", filled, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_odd_prices_come_first_and_say_what_is_odd(curator: Client) -> None:
    shop = make_shop("霧裡咖啡")
    item(shop, "熱可可")
    for name, why in (("拿鐵", "was 90"), ("美式", "two prices on one photo"), ("水", "unusual price"), ("茶", "?")):
        item(shop, name, needs_review=why)
    item(shop, "司康", source="curator")
    shown = page(curator, MENUS)
    assert max(shown.index(name) for name in ("拿鐵", "美式", "水", "茶")) < shown.index("熱可可")
    assert "It was NT$ 90 before." in shown
    assert "The photo shows two prices for it." in shown
    assert "An unusual price for a café." in shown
    odd = page(curator, f"{MENUS}?odd=yes")
    assert "拿鐵" in odd
    assert "熱可可" not in odd
    assert "拿鐵" not in page(curator, f"{MENUS}?odd=no")
    assert "熱可可" not in page(curator, f"{MENUS}?source=curator")


def test_items_are_found_by_name_by_cafe_and_by_the_id_of_a_cafe(curator: Client) -> None:
    shop, other = make_shop("霧裡咖啡"), make_shop("木鹿")
    item(shop, "拿鐵")
    item(other, "司康")
    for term in ("拿", "霧裡", str(shop.pk)):
        shown = page(curator, f"{MENUS}?q={term}")
        assert "拿鐵" in shown
        assert "司康" not in shown
    assert "拿鐵" not in page(curator, f"{MENUS}?q={uuid4()}")


def test_the_list_takes_the_same_statements_however_long_it_is(curator: Client) -> None:
    shop = make_shop()
    counted = []
    for number in (1, 30):
        MenuItem.objects.bulk_create(
            MenuItem(shop=make_shop(f"第{number}-{n}"), name="拿鐵", source="menu_photo") for n in range(number)
        )
        item(shop, f"第{number}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(curator, MENUS)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 8


def test_what_is_corrected_is_a_curators_and_no_photo_changes_it(curator: Client) -> None:
    row = item(make_shop(), needs_review="was 15", source_upload_id=uuid4())
    change(curator, row, name="  拿鐵   大杯 ", price_twd=160, category="咖啡")
    row.refresh_from_db()
    assert (row.name, row.price_twd, row.category) == ("拿鐵 大杯", 160, "咖啡")
    assert (row.source, row.needs_review) == ("curator", "")
    merged = merge([Item("拿鐵 大杯", 1, "")], [row], seen_later=())
    assert (merged.new, merged.changed) == ((), {})
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "This field is required."),
        ({"price_twd": -1}, "greater than or equal to 0"),
        ({"price_twd": 100_001}, "less than or equal to 100000"),
        ({"price_twd": "1.5"}, "Enter a whole number."),
        ({"name": "美 式"}, ""),
        ({"name": "ＡＢＣ"}, "This café has an item of that name already. Nothing was changed."),
    ],
)
def test_what_cannot_be_is_refused_and_says_why(curator: Client, fields: dict[str, object], told: str) -> None:
    shop = make_shop()
    row = item(shop)
    item(shop, "abc")
    assert told in change(curator, row, **fields)
    assert MenuItem.objects.filter(pk=row.pk, source="curator").exists() is not bool(told)


def test_a_price_that_was_passed_is_odd_no_more_until_it_changes(curator: Client) -> None:
    row, fine = item(make_shop(), price_twd=2_500, needs_review="unusual price"), item(make_shop("木鹿"))
    chosen = {"action": "price_is_right", "_selected_action": [str(row.pk), str(fine.pk)]}
    assert "Passed 1 price." in curator.post(MENUS, chosen, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.needs_review, row.source) == ("", "menu_photo")
    again = merge([Item("拿鐵", 2_500, "", "unusual price")], [row], seen_later=())
    assert again.changed[row.pk].needs_review == ""
    dearer = merge([Item("拿鐵", 2_600, "", "unusual price")], [row], seen_later=())
    assert dearer.changed[row.pk].needs_review == "unusual price"
    assert LogEntry.objects.get().object_id == str(row.pk)


def test_removing_asks_first(curator: Client) -> None:
    row = item(make_shop())
    chosen = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
    assert "拿鐵" in curator.post(MENUS, chosen).content.decode()
    assert MenuItem.objects.exists()
    curator.post(MENUS, {**chosen, "post": "yes"})
    assert not MenuItem.objects.exists()
    assert LogEntry.objects.get().object_repr == "拿鐵"


def test_who_may_only_look_changes_nothing_and_who_may_not_sees_nothing(transactional_db: None) -> None:
    row = item(make_shop(), needs_review="was 1")
    viewer, other = operator("viewer", "shops.view_menuitem"), operator("other", "jobs.view_job")
    for path in (MENUS, f"{MENUS}{row.pk}/change/"):
        assert viewer.get(path).status_code == 200
        assert other.get(path).status_code == 403
    for client in (viewer, other):
        assert client.post(f"{MENUS}{row.pk}/change/", {"name": "x"}).status_code == 403
        assert client.post(f"{MENUS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        for action in ("price_is_right", "delete_selected"):
            client.post(MENUS, {"action": action, "_selected_action": [str(row.pk)], "post": "yes"})
        assert client.get(f"{MENUS}add/").status_code == 403
    row.refresh_from_db()
    assert (row.name, row.needs_review) == ("拿鐵", "was 1")


def test_the_photo_of_the_menu_is_shown_for_some_minutes(
    curator: Client, member: Principal, storage_stub: StorageStub
) -> None:
    upload = photo(member, storage_stub)
    url = f"{MENUS}{item(make_shop(), source_upload_id=upload.pk).pk}/change/"
    assert f'src="{storage_stub.url}/storage/v1/object/sign/menu-photos/{upload.photo_path}?token=' in page(
        curator, url
    )
    assert "img-src 'self' http" in curator.get(url)["Content-Security-Policy"]
    storage_stub.fail(503)
    assert "The storage of photos does not answer." in page(curator, url)
    storage_stub.heal()
    storage_stub.remove("menu-photos", upload.photo_path or "")
    assert "Its photo is gone." in page(curator, url)


@pytest.mark.parametrize(
    "fields", [{"purpose": "checkin_photo"}, {"status": "refused", "refusal": "not_an_image"}, {"status": "discarded"}]
)
def test_no_other_photo_is_ever_shown(
    curator: Client, member: Principal, storage_stub: StorageStub, fields: dict[str, str]
) -> None:
    upload = photo(member, storage_stub, **fields)
    asked = len(storage_stub.requests)
    shown = page(curator, f"{MENUS}{item(make_shop(), source_upload_id=upload.pk).pk}/change/")
    assert "Its photo is gone." in shown
    assert len(storage_stub.requests) == asked


def test_without_a_key_the_page_says_that_photos_are_not_shown(
    curator: Client, member: Principal, storage_stub: StorageStub, settings: Settings
) -> None:
    upload = photo(member, storage_stub)
    settings.SUPABASE_SECRET_KEY = ""
    row = item(make_shop(), source_upload_id=upload.pk)
    assert "The admin holds no key to photos" in page(curator, f"{MENUS}{row.pk}/change/")
    assert "It was read from no photo." in page(
        curator, f"{MENUS}{item(make_shop('木鹿'), source='curator').pk}/change/"
    )
