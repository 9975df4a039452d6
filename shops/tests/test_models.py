"""What the database promises about shops, whoever writes them."""

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from caferoam.text.normalize import normalize
from shops.hours.week import OpenWeek
from shops.models import EffectiveShopTag, Shop, ShopSearch, ShopTag, TaxonomyTag
from shops.models.search import VECTOR_DIMENSIONS


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(
        name="霧裡咖啡", latitude=25.03, longitude=121.54, status=Shop.Status.LIVE, city="台北市", district="大安區"
    )


@pytest.fixture
def quiet(db: None) -> TaxonomyTag:
    return TaxonomyTag.objects.create(id="quiet", number=7, dimension="ambience", label="Quiet", label_zh="安靜")


# What names are made of: Han, kana, bopomofo, Latin with accents, full-width forms, blanks, invisible characters.
# Spacing accents (¨) and the Turkish İ are left out: the two differ there, and no name has one.
_NAME_CHARACTERS = (
    st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    | st.characters(min_codepoint=0xC0, max_codepoint=0x17F, exclude_characters="İ")
    | st.characters(min_codepoint=0x3041, max_codepoint=0x312F, categories=["Lo", "Lm"])
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
    | st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E)
    | st.sampled_from("臺´’‘‐\t\n\x1f\x07\xa0\u3000\u200b\ufeff\xad（）・、。①㎡Å")
)


class TestNormalizedName(TestCase):
    @given(st.text(alphabet=_NAME_CHARACTERS, min_size=1, max_size=30))
    def test_the_database_normalises_names_as_python_does(self, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO shops (name, latitude, longitude) VALUES (%s, 25, 121.5) RETURNING name_normalized", [name]
            )
            (stored,) = cursor.fetchone()
        assert stored == normalize(name)


def test_a_new_shop_has_its_search_document(shop: Shop) -> None:
    document = ShopSearch.objects.get(shop=shop)
    assert (document.live, document.district, document.tag_numbers) == (True, "大安區", [])
    assert document.quality == pytest.approx(0.6), "unrated: 4.2 counts, and (4.2 - 3) / 2 is 0.6"


def test_a_tag_enters_and_leaves_the_document(shop: Shop, quiet: TaxonomyTag) -> None:
    tag = ShopTag.objects.create(shop=shop, tag=quiet, source="offline", confidence=0.75)
    document = ShopSearch.objects.get(shop=shop)
    assert document.tag_numbers == [7]
    assert document.tag_vector.to_list()[6] == pytest.approx(0.75)
    tag.confidence = 0.5
    tag.save()
    assert ShopSearch.objects.get(shop=shop).tag_vector.to_list()[6] == pytest.approx(0.5)
    tag.delete()
    assert ShopSearch.objects.get(shop=shop).tag_numbers == []


def test_a_closed_shop_s_document_is_not_live(shop: Shop) -> None:
    shop.status = Shop.Status.CLOSED
    shop.save()
    assert not ShopSearch.objects.get(shop=shop).live


def test_hours_are_copied_to_the_document_and_follow_a_change(shop: Shop) -> None:
    assert ShopSearch.objects.get(shop=shop).open_minutes is None
    shop.open_minutes = OpenWeek.of([(540, 1080), (10_000, 10_140)])
    shop.save()
    stored = Shop.objects.get(id=shop.id).open_minutes
    assert stored == OpenWeek(((0, 60), (540, 1080), (10_000, 10_080))), "Sunday night goes on on Monday"
    assert ShopSearch.objects.get(shop=shop).open_minutes == stored
    Shop.objects.filter(id=shop.id).update(open_minutes=None)
    assert ShopSearch.objects.get(shop=shop).open_minutes is None


@pytest.mark.django_db
def test_a_shop_that_is_new_has_its_hours_in_the_document() -> None:
    week = OpenWeek.of([(0, 10_080)])
    shop = Shop.objects.create(name="不打烊", latitude=25.03, longitude=121.54, open_minutes=week)
    assert ShopSearch.objects.get(shop=shop).open_minutes == week


def test_hours_survive_a_fixture(shop: Shop) -> None:
    shop.open_minutes = OpenWeek.of([(540, 1080), (10_000, 10_140)])
    (written,) = serializers.serialize("python", [shop], fields=["open_minutes"])
    (read,) = serializers.deserialize("python", [written])
    assert isinstance(read.object, Shop)
    assert read.object.open_minutes == shop.open_minutes


@pytest.mark.parametrize("hours", ["{}", "{[10000,10081)}", "{[-1,10)}"])
def test_hours_are_minutes_of_one_week_and_never_none_at_all(shop: Shop, hours: str) -> None:
    with (
        pytest.raises(IntegrityError, match="shops_open_minutes_in_week"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE shops SET open_minutes = %s WHERE id = %s", [hours, shop.id])


def test_the_surest_source_counts_and_a_curator_overrules_it(shop: Shop, quiet: TaxonomyTag) -> None:
    ShopTag.objects.create(shop=shop, tag=quiet, source="offline", confidence=0.4)
    ShopTag.objects.create(shop=shop, tag=quiet, source="import", confidence=0.9)
    assert EffectiveShopTag.objects.get(shop=shop).source == "import"
    curated = ShopTag.objects.create(shop=shop, tag=quiet, source="curator", confidence=0.3)
    assert EffectiveShopTag.objects.get(shop=shop).confidence == 0.3
    curated.confidence = 0
    curated.save()
    assert not EffectiveShopTag.objects.filter(shop=shop).exists()
    assert ShopSearch.objects.get(shop=shop).tag_numbers == []


def test_updates_are_stamped(shop: Shop) -> None:
    shop.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shops SET updated_at = '2020-01-01', phone = '1' WHERE id = %s", [shop.id])
    assert Shop.objects.get(id=shop.id).updated_at.year > 2020


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "shops_name_given"),
        ({"latitude": 51.5}, "shops_latitude_in_taiwan"),
        ({"longitude": 0}, "shops_longitude_in_taiwan"),
        ({"rating": 6}, "shops_rating_in_range"),
        ({"status": "open"}, "shops_status_known"),
        ({"mode_work": 0.5}, "shops_modes_all_or_none"),
    ],
)
@pytest.mark.django_db
def test_the_database_refuses_what_makes_no_sense(change: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Shop.objects.create(**{"name": "霧裡咖啡", "latitude": 25.0, "longitude": 121.5, **change})


@pytest.mark.django_db
def test_vectors_are_stored_plain() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'shop_embeddings'::regclass AND attname = 'embedding'"
        )
        assert cursor.fetchone() == ("p",)
        cursor.execute(
            "SELECT atttypmod FROM pg_attribute WHERE attrelid = 'shop_embeddings'::regclass AND attname = 'embedding'"
        )
        assert cursor.fetchone() == (VECTOR_DIMENSIONS,)
