"""The real dumps, where they are at hand.

From the 2020 dump to the 2023 one, 683 ids were added, 207 are gone, and 614 of the 2,801 others changed. By their
names, 2 of the added and 1 of the changed are unusable. In 2020, 8 have no coordinates that can be used, in 2023 26:
most of these had some in 2020, and stay where they were.
"""

from pathlib import Path

import pytest

from shops.importers.cafenomad import import_cafenomad
from shops.importers.merge import MergeCounts
from shops.importers.record import Rejected
from shops.importers.reviews import import_reviews
from shops.models import Shop, ShopTag
from shops.places.placing import place_shops

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("taxonomy")]


@pytest.fixture
def dumps(shared_data: Path) -> tuple[str, str]:
    folder = shared_data / "cafenomad"
    return str(folder / "cafes_2020-03-19.json.gz"), str(folder / "cafes_2023-11-19.json.gz")


def test_2020_then_2023_changes_what_changed(dumps: tuple[str, str]) -> None:
    first, second = dumps
    in_2020 = import_cafenomad(first)
    assert in_2020.rejected == 0
    assert in_2020.counts == MergeCounts(
        inserted=3008,
        updated=0,
        unchanged=0,
        closed=9,
        newly_closed=9,
        reopened=0,
        not_in_file=0,
        without_coordinates=8,
    )
    in_2023 = import_cafenomad(second)
    assert in_2023.rejected == 3
    assert in_2023.counts == MergeCounts(
        inserted=683 - 2,
        updated=614 - 1,
        unchanged=3484 - 3 - (683 - 2) - (614 - 1),
        closed=34,
        newly_closed=25,
        reopened=0,
        not_in_file=207,
        without_coordinates=26,
    )
    again = import_cafenomad(second).counts
    assert (again.inserted, again.updated, again.unchanged, again.newly_closed) == (0, 0, 3484 - 3, 0)
    placed = place_shops()
    assert (placed.nearby, placed.by_district, placed.left) == (2, 5, 2)


def test_what_was_accepted_is_fit_to_show(dumps: tuple[str, str]) -> None:
    unplaced: list[Rejected] = []
    import_cafenomad(dumps[1], on_unplaced=unplaced.append)
    shops = Shop.objects.all()
    assert not shops.filter(name__regex=r"歇業|停業|[止束停]營業|遷址").exists()
    assert not shops.filter(name__regex=r"^\s|\s$|\s\s|&amp;").exists()
    assert not shops.exclude(website="").exclude(website__regex=r"^https?://[^/@]+\.").exists()
    assert shops.exclude(city="").count() / shops.count() > 0.98
    assert shops.exclude(district="").count() / shops.count() > 0.93
    assert ShopTag.objects.filter(source="import").values("shop").distinct().count() > 2500
    reasons = " ".join(record.reason for record in unplaced)
    assert (reasons.count("0, 0"), reasons.count("impossible"), reasons.count("outside Taiwan")) == (22, 3, 1)


def test_reviews_find_their_shops(dumps: tuple[str, str], shared_data: Path) -> None:
    import_cafenomad(dumps[1])
    of_2022 = str(shared_data / "reviews" / "google_reviews_cafes_2022_part.jsonl.gz")
    first = import_reviews(of_2022)
    assert (first.inserted, first.repeated, first.matched_shops) == (5423, 31, 11)
    assert (first.unmatched, first.unmatched_places, first.rejected) == (53480, 139, {"no words": 96})
    assert sum([first.inserted, first.repeated, first.unmatched, *first.rejected.values()]) == 59030
    again = import_reviews(of_2022)
    assert (again.inserted, again.unchanged) == (0, 5423)
    second = import_reviews(str(shared_data / "reviews" / "google_reviews_cafes_2024-04_part.jsonl.gz"))
    assert (second.inserted, second.matched_shops, second.ambiguous) == (604, 121, 5)
