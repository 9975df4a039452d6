"""What importing reviews does to the tables."""

import gzip
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shops.importers.errors import ImportRefused
from shops.importers.reviews import ReviewReport, import_reviews
from shops.models import Shop, ShopReview


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return tmp_path / "reviews.jsonl"


def shop(name: str, **fields: object) -> Shop:
    return Shop.objects.create(**{"name": name, "latitude": 25.03, "longitude": 121.54, "status": "live"} | fields)


def review(name: str, text: str, **fields: object) -> dict[str, object]:
    return {"place_name": name, "place_id": "", "rating": "5", "comment_text": text} | fields


def run(lines: Path, *records: object, **options: object) -> ReviewReport:
    lines.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return import_reviews(str(lines), **options)  # type: ignore[arg-type]  # the options are import_reviews' own


def texts(of: Shop) -> set[str]:
    return set(ShopReview.objects.filter(shop=of).values_list("text", flat=True))


@pytest.mark.django_db
def test_a_review_goes_to_the_shop_of_its_place_id_whatever_the_name(lines: Path) -> None:
    known, namesake = shop("甲咖啡", google_place_id="ChIJ1"), shop("乙咖啡")
    run(lines, review("乙咖啡", "好喝", place_id="ChIJ1"))
    assert (texts(known), texts(namesake)) == ({"好喝"}, set())


@pytest.mark.django_db
def test_else_to_the_only_shop_of_that_name(lines: Path) -> None:
    found, other = shop("２J Cafe（一店）"), shop("2J Cafe 二店")
    report = run(lines, review("2J CAFE 一店", "好喝", place_id="ChIJ9"), {"name": "2J Cafe 二店", "review": "安靜"})
    assert (texts(found), texts(other), report.matched_shops) == ({"好喝"}, {"安靜"}, 2)
    assert list(ShopReview.objects.order_by("rating").values_list("rating", "source")) == [
        (5, "google"),
        (None, "google"),
    ]


@pytest.mark.django_db
def test_similar_names_are_different_shops(lines: Path) -> None:
    shop("日光咖啡"), shop("好咖啡中山店")
    report = run(lines, review("月光咖啡", "好喝"), review("好咖啡", "好喝"), review("好咖啡", "難喝"))
    assert (report.unmatched, report.unmatched_places, report.inserted) == (3, 2, 0)


@pytest.mark.django_db
def test_the_name_of_several_shops_matches_none(lines: Path) -> None:
    shop("路口咖啡"), shop("路口 咖啡"), shop("巷口咖啡"), shop("巷口咖啡", status="closed")
    report = run(lines, review("路口咖啡", "好喝"), review("路口咖啡", "難喝"), review("巷口咖啡", "好喝"))
    assert (report.ambiguous, report.ambiguous_places, report.inserted) == (2, 1, 1)


@pytest.mark.django_db
def test_the_same_words_for_the_same_shop_are_kept_once(lines: Path) -> None:
    first, second = shop("甲咖啡"), shop("乙咖啡")
    report = run(lines, review("甲咖啡", "好喝"), review("甲咖啡", "好喝\u200b "), review("乙咖啡", "好喝"))
    assert (report.inserted, report.repeated) == (2, 1)
    assert (texts(first), texts(second)) == ({"好喝"}, {"好喝"})


@pytest.mark.django_db
def test_importing_again_adds_only_what_is_new(lines: Path) -> None:
    shop("甲咖啡")
    run(lines, review("甲咖啡", "好喝"))
    before = ShopReview.objects.get().pk
    report = run(lines, review("甲咖啡", "好喝"), review("甲咖啡", "安靜"))
    assert (report.inserted, report.unchanged) == (1, 1)
    assert ShopReview.objects.filter(pk=before).exists()


@pytest.mark.django_db
def test_a_dry_run_counts_and_writes_nothing(lines: Path) -> None:
    shop("甲咖啡")
    assert run(lines, review("甲咖啡", "好喝"), dry_run=True).inserted == 1
    assert not ShopReview.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"[]\n", "line 1 is not a review"),
        (b"[" * 500_000, "line 1 is not JSON"),
        (b'{"id": 1}\n', "line 1 is not a review"),
        (b'{"name": "\xe7\x94\xb2", "review": "a"}\n\n{"name"\n', "line 3 is not JSON"),
        ('{"name": "甲", "review": "好喝"}'.encode("big5"), "line 1 is not JSON"),
        (b'{"name": "' + b"a" * 1024**2, "line 1 is longer than 1024 kB"),
    ],
)
def test_an_unusable_file_is_refused_and_nothing_written(lines: Path, content: bytes, said: str) -> None:
    shop("甲")
    lines.write_bytes(content)
    with pytest.raises(ImportRefused, match=said):
        import_reviews(str(lines))
    assert not ShopReview.objects.exists()


def test_the_command_prints_every_count_with_the_worker_s_rights(worker_login: None, tmp_path: Path) -> None:
    shop("甲咖啡")
    records = [review("甲咖啡", "好喝"), review("甲咖啡", "好喝"), review("乙咖啡", "好喝"), review("甲咖啡", "")]
    packed = tmp_path / "reviews.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    out = StringIO()
    call_command("import_reviews", str(packed), stdout=out)
    assert out.getvalue() == (
        "1 inserted, 0 unchanged, 1 repeated (of 1 shops); 1 unmatched (of 1 places), "
        "0 ambiguous (of 0 places), 1 rejected (1 no words).\n"
    )


@pytest.mark.django_db
def test_the_command_tells_failure_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^cannot read .*: No such file or directory\. Nothing was written\.$"):
        call_command("import_reviews", str(tmp_path / "missing.jsonl"))
