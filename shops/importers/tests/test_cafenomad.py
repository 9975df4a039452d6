"""What importing does to the tables."""

import json
from pathlib import Path

import pytest
from django.db import connection

from shops.hours.week import OpenInterval, OpenWeek
from shops.importers.cafenomad import ImportReport, import_cafenomad
from shops.importers.errors import ImportRefused
from shops.importers.record import Rejected
from shops.importers.tests.cafes import cafe, cafe_id, write_answer
from shops.models import Shop, ShopSearch, ShopTag, TaxonomyTag

pytestmark = pytest.mark.usefixtures("taxonomy")


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return tmp_path / "cafes.json"


def run(answer: Path, *records: object, dry_run: bool = False) -> ImportReport:
    return import_cafenomad(write_answer(answer, *records), dry_run=dry_run)


def shop(key: str = "one") -> Shop:
    return Shop.objects.get(cafenomad_id=cafe_id(key))


def tags(key: str = "one") -> dict[str, float]:
    return dict(ShopTag.objects.filter(shop=shop(key), source="import").values_list("tag_id", "confidence"))


def row_versions() -> list[tuple[object, ...]]:
    """Which row version of each shop, tag and search document is the current one: a written row has a new one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ctid::text FROM shops UNION ALL SELECT id, ctid::text FROM shop_tags"
            " UNION ALL SELECT shop_id, ctid::text FROM shop_search ORDER BY 1, 2"
        )
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows


def test_a_new_cafe_is_a_live_shop_with_its_tags_and_search_document(answer: Path) -> None:
    report = run(answer, cafe())
    assert (report.counts.inserted, report.counts.updated, report.counts.unchanged) == (1, 0, 0)
    imported = shop()
    assert (imported.source, imported.status, imported.name) == ("cafenomad", "live", "測試咖啡 one")
    assert (imported.city, imported.district, imported.opening_hours_raw) == ("台北市", "大安區", "10:00-18:00")
    assert imported.attributes["quiet"] == 4.5
    assert tags() == {"wifi": 0.9, "quiet": 0.8, "no_time_limit": 0.9, "outlets": 0.5}
    numbers = set(TaxonomyTag.objects.filter(id__in=tags()).values_list("number", flat=True))
    assert set(ShopSearch.objects.get(shop=imported).tag_numbers) == numbers


def test_a_tag_s_evidence_names_the_vote(answer: Path) -> None:
    run(answer, cafe())
    tag = ShopTag.objects.get(shop=shop(), tag="quiet")
    assert tag.evidence == [{"quote": "quiet: 4.5 of 5", "review_id": None, "field": "quiet"}]


def test_importing_the_same_again_writes_no_row(answer: Path) -> None:
    records = [cafe(), cafe("two", name="某咖啡（已歇業）"), cafe("three", wifi=0)]
    run(answer, *records)
    before = row_versions()
    report = run(answer, *records)
    assert (report.counts.inserted, report.counts.updated, report.counts.unchanged) == (0, 0, 3)
    assert (report.counts.closed, report.counts.newly_closed) == (1, 0)
    assert row_versions() == before


def test_only_what_differs_is_written(answer: Path) -> None:
    run(answer, cafe(), cafe("two"))
    untouched = Shop.objects.get(cafenomad_id=cafe_id("two"))
    report = run(answer, cafe(name="新名字", wifi=4, quiet=0, socket="yes", cheap=5), cafe("two"))
    assert (report.counts.updated, report.counts.unchanged) == (1, 1)
    assert shop().name == "新名字"
    assert tags() == {"wifi": 0.7, "no_time_limit": 0.9, "outlets": 0.9, "affordable": 0.9}
    assert shop("two").updated_at == untouched.updated_at


def test_a_shop_of_which_only_a_tag_differs_counts_as_updated(answer: Path) -> None:
    run(answer, cafe())
    ShopTag.objects.filter(tag="wifi").update(confidence=0.1)
    report = run(answer, cafe())
    assert (report.counts.updated, report.counts.unchanged) == (1, 0)
    assert tags()["wifi"] == 0.9


def test_tags_of_other_sources_are_left_alone(answer: Path) -> None:
    run(answer, cafe())
    ShopTag.objects.create(shop=shop(), tag_id="desserts", source="curator", confidence=1)
    ShopTag.objects.create(shop=shop(), tag_id="quiet", source="offline", confidence=0.4)
    run(answer, cafe(quiet=0))
    assert set(ShopTag.objects.exclude(source="import").values_list("tag_id", "confidence")) == {
        ("desserts", 1.0),
        ("quiet", 0.4),
    }


def test_hours_are_read_and_follow_the_file(answer: Path) -> None:
    run(answer, cafe())
    week = shop().open_minutes
    assert week == OpenWeek.of_days((day, [OpenInterval(600, 1080)]) for day in range(7))
    assert ShopSearch.objects.get(shop=shop()).open_minutes == week
    assert run(answer, cafe(open_time="不定休")).counts.updated == 1
    assert shop().open_minutes is None


@pytest.mark.parametrize("locked", ["open_minutes", "opening_hours_raw"])
def test_hours_that_a_curator_corrected_stay(answer: Path, locked: str) -> None:
    run(answer, cafe())
    corrected = OpenWeek.of([(0, 60)])
    Shop.objects.update(open_minutes=corrected, locked_fields=[locked])
    run(answer, cafe(open_time="09:00-22:00"))
    assert shop().open_minutes == corrected


def test_a_locked_field_keeps_the_curator_s_word(answer: Path) -> None:
    run(answer, cafe())
    Shop.objects.filter(cafenomad_id=cafe_id("one")).update(name="館長改的", locked_fields=["name", "status"])
    run(answer, cafe(name="來源的（已歇業）", mrt="新站"))
    assert (shop().name, shop().mrt, shop().status) == ("館長改的", "新站", "live")


def test_a_shop_closes_when_its_name_says_so_and_opens_when_it_no_longer_does(answer: Path) -> None:
    run(answer, cafe())
    closing = run(answer, cafe(name="測試咖啡 one（暫停營業）"))
    assert (closing.counts.closed, closing.counts.newly_closed, closing.counts.updated) == (1, 1, 1)
    assert (shop().status, shop().name) == ("closed", "測試咖啡 one")
    opening = run(answer, cafe())
    assert (opening.counts.closed, opening.counts.reopened) == (0, 1)
    assert shop().status == "live"


@pytest.mark.parametrize("status", ["closed", "draft"])
def test_what_a_curator_closed_or_drafted_stays_so(answer: Path, status: str) -> None:
    run(answer, cafe())
    Shop.objects.update(status=status)
    run(answer, cafe(name="新名字"))
    assert (shop().status, shop().name) == (status, "新名字")


def test_a_draft_is_not_published_by_closing_and_opening_again(answer: Path) -> None:
    run(answer, cafe())
    Shop.objects.update(status="draft")
    run(answer, cafe(name="測試咖啡 one（暫停營業）"))
    run(answer, cafe())
    assert shop().status == "draft"


def test_a_cafe_that_left_the_file_is_counted_and_stays(answer: Path) -> None:
    run(answer, cafe(), cafe("two"), cafe("three"))
    report = run(answer, cafe(), cafe("two", wifi="5"))
    assert (report.counts.not_in_file, report.rejected) == (1, 1)
    assert Shop.objects.live().count() == 3


NO_PLACE = {"latitude": "0", "longitude": "0"}


def place(key: str = "one") -> tuple[str, float, float, str]:
    found = shop(key)
    return found.status, found.latitude, found.longitude, found.location_precision


def test_a_new_cafe_without_usable_coordinates_is_a_draft(answer: Path) -> None:
    unplaced: list[Rejected] = []
    source = write_answer(answer, cafe(**NO_PLACE), cafe("two", name="某咖啡（已歇業）", **NO_PLACE))
    report = import_cafenomad(source, on_unplaced=unplaced.append)
    assert (report.counts.inserted, report.counts.without_coordinates, report.rejected) == (2, 2, 0)
    assert [record.reason for record in unplaced] == ["coordinates are 0, 0, so not known"] * 2
    assert (shop().status, shop().location_precision) == ("draft", "none")
    assert (shop("two").status, shop("two").location_precision) == ("closed", "none")
    again = import_cafenomad(source)
    assert (again.counts.unchanged, again.counts.without_coordinates) == (2, 2)


def test_a_cafe_that_lost_its_coordinates_stays_where_it_was(answer: Path) -> None:
    run(answer, cafe())
    report = run(answer, cafe(name="新名字", **NO_PLACE))
    assert (report.counts.updated, shop().name) == (1, "新名字")
    assert place() == ("live", 25.03, 121.54, "exact")


def test_a_draft_goes_live_once_the_file_knows_where_it_is(answer: Path) -> None:
    run(answer, cafe(**NO_PLACE))
    report = run(answer, cafe())
    assert (report.counts.updated, report.counts.reopened) == (1, 0)
    assert place() == ("live", 25.03, 121.54, "exact")


def test_a_draft_whose_status_a_curator_locked_stays_one(answer: Path) -> None:
    run(answer, cafe(**NO_PLACE))
    Shop.objects.update(locked_fields=["status"])
    run(answer, cafe())
    assert place() == ("draft", 25.03, 121.54, "exact")


@pytest.mark.parametrize("field", ["latitude", "longitude"])
def test_a_place_that_a_curator_set_is_kept_as_a_whole(answer: Path, field: str) -> None:
    run(answer, cafe(**NO_PLACE))
    Shop.objects.update(
        latitude=25.1, longitude=121.6, location_precision="exact", location_source="curator", locked_fields=[field]
    )
    run(answer, cafe())
    assert place() == ("draft", 25.1, 121.6, "exact")
    assert shop().location_source == "curator"


def test_a_cafe_that_opens_again_without_a_place_is_a_draft(answer: Path) -> None:
    run(answer, cafe(name="某咖啡（已歇業）", **NO_PLACE))
    run(answer, cafe(name="某咖啡", **NO_PLACE))
    assert place()[0] == "draft"
    run(answer, cafe(name="某咖啡（已歇業）", **NO_PLACE))
    run(answer, cafe(name="某咖啡"))
    assert place() == ("live", 25.03, 121.54, "exact")


def test_the_second_record_of_an_id_is_rejected(answer: Path) -> None:
    rejected: list[Rejected] = []
    source = write_answer(answer, cafe(), cafe(name="同一個"))
    report = import_cafenomad(source, on_reject=rejected.append)
    assert (report.counts.inserted, report.rejected, shop().name) == (1, 1, "測試咖啡 one")
    assert rejected == [Rejected(cafe_id("one"), "同一個", "the id stands in the file twice")]


def test_a_dry_run_tells_the_same_and_writes_nothing(answer: Path) -> None:
    report = run(answer, cafe(), cafe("two", name=""), dry_run=True)
    assert (report.counts.inserted, report.rejected, report.dry_run) == (1, 1, True)
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "a JSON array of caf"),
        (b'{"item": []}', "a JSON array of caf"),
        (b"<html></html>", "a JSON array of caf"),
        (b"[" * 50_000, "nested more than 8 deep"),
        (b"[1, 2]", "the first record has no id, name"),
        (b'[{"id": "x", "name": "y"}]', "the first record has no address"),
        (json.dumps([cafe()]).encode()[:-1], "not valid JSON"),
        (json.dumps([cafe()]).encode() + b"]", "not valid JSON"),
        (json.dumps([cafe(), cafe("two")]).encode()[:-40], "not valid JSON"),
        (json.dumps([cafe()], ensure_ascii=False).encode("big5", "replace"), "not valid JSON"),
    ],
)
def test_what_is_not_the_answer_is_refused_and_nothing_written(answer: Path, content: bytes, said: str) -> None:
    answer.write_bytes(content)
    with pytest.raises(ImportRefused, match=said) as refused:
        import_cafenomad(str(answer))
    assert "\n" not in str(refused.value)
    assert not Shop.objects.exists()


def test_an_empty_answer_changes_nothing(answer: Path) -> None:
    run(answer, cafe())
    report = run(answer)
    assert (report.counts.inserted, report.counts.not_in_file) == (0, 1)


def test_without_the_taxonomy_the_import_says_what_to_do(answer: Path) -> None:
    TaxonomyTag.objects.filter(id="wifi").delete()
    with pytest.raises(ImportRefused, match=r"lacks wifi: run `python manage\.py load_taxonomy` first"):
        run(answer, cafe())


def test_a_shop_that_a_curator_linked_is_the_same_shop(answer: Path) -> None:
    linked = Shop.objects.create(name="舊名", latitude=25, longitude=121.5, cafenomad_id=cafe_id("one"), status="live")
    report = run(answer, cafe())
    assert (report.counts.inserted, report.counts.updated) == (0, 1)
    assert shop().pk == linked.pk
