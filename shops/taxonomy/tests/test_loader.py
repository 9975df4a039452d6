from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shops.models import Shop, ShopTag, TaxonomyTag
from shops.taxonomy import TagDefinition, file_definitions, load_definitions
from shops.taxonomy.file import TaxonomyError
from shops.taxonomy.loader import load_taxonomy

pytestmark = pytest.mark.django_db

QUIET = TagDefinition("quiet", 1, "ambience", "Quiet", "安靜", ("清幽",), complement="lively")
LIVELY = TagDefinition("lively", 2, "ambience", "Lively", "熱鬧", (), complement="quiet", avoid_aliases=("吵",))
WIFI = TagDefinition("wifi", 3, "functionality", "Wi-Fi", "無線網路", ("wifi", "免費網路"))


@pytest.fixture(autouse=True)
def _empty_taxonomy() -> None:
    TaxonomyTag.objects.all().delete()


@pytest.fixture
def carry() -> Callable[[str], None]:
    """Make some shop carry a tag."""

    def carry(tag_id: str) -> None:
        shop = Shop.objects.create(name="小巷咖啡", latitude=25.03, longitude=121.54)
        ShopTag.objects.create(shop=shop, tag_id=tag_id, source=ShopTag.Source.IMPORT, confidence=0.9)

    return carry


def test_the_table_gives_back_what_was_loaded() -> None:
    report = load_taxonomy([WIFI, QUIET, LIVELY])
    assert report.created == ("wifi", "quiet", "lively")
    assert load_definitions() == [QUIET, LIVELY, WIFI]


def test_loading_the_same_again_changes_nothing() -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    report = load_taxonomy([QUIET, LIVELY, WIFI])
    assert report.unchanged == ("quiet", "lively", "wifi")
    assert (report.created, report.updated, report.retired, report.kept) == ((), (), (), ())


def test_a_changed_tag_is_updated_in_every_field_but_its_number() -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    changed = TagDefinition("wifi", 3, "ambience", "Internet", "網路", ("wlan",), "quiet", ("offline",))
    report = load_taxonomy([QUIET, LIVELY, changed])
    assert (report.updated, report.unchanged) == (("wifi",), ("quiet", "lively"))
    assert load_definitions()[2] == changed


def test_a_tag_that_left_the_file_goes_when_no_shop_carries_it() -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    report = load_taxonomy([replace(QUIET, complement=None), WIFI])
    assert (report.retired, report.kept) == (("lively",), ())
    assert [tag.id for tag in load_definitions()] == ["quiet", "wifi"]


def test_a_tag_that_a_shop_carries_stays_and_is_reported(carry: Callable[[str], None]) -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    carry("wifi")
    report = load_taxonomy([QUIET, LIVELY])
    assert (report.retired, report.kept) == ((), ("wifi",))
    assert load_definitions() == [QUIET, LIVELY, WIFI]
    assert ShopTag.objects.filter(tag="wifi").exists()


def test_a_kept_tag_forgets_a_complement_that_goes(carry: Callable[[str], None]) -> None:
    load_taxonomy([QUIET, LIVELY])
    carry("quiet")
    report = load_taxonomy([WIFI])
    assert (report.retired, report.kept) == (("lively",), ("quiet",))
    assert load_definitions()[0] == replace(QUIET, complement=None)


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        (replace(WIFI, number=9), "wifi.number: is 3 in the table"),
        (TagDefinition("outlets", 3, "functionality", "Outlets", "插座"), "outlets.number: 3 belongs to wifi"),
    ],
)
def test_a_number_is_never_moved_nor_given_away(wanted: TagDefinition, problem: str) -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    with pytest.raises(TaxonomyError, match=problem):
        load_taxonomy([replace(QUIET, label="Silent"), LIVELY, wanted])
    assert load_definitions() == [QUIET, LIVELY, WIFI]


def test_the_command_loads_the_file_and_prints_counts() -> None:
    total = len(file_definitions())
    first, second = StringIO(), StringIO()
    call_command("load_taxonomy", stdout=first)
    call_command("load_taxonomy", stdout=second)
    assert f"{total} created, 0 updated, 0 unchanged, 0 retired" in first.getvalue()
    assert f"0 created, 0 updated, {total} unchanged, 0 retired" in second.getvalue()
    assert load_definitions() == file_definitions()


def test_the_command_names_what_it_retired_and_what_it_kept(tmp_path: Path, carry: Callable[[str], None]) -> None:
    load_taxonomy([QUIET, LIVELY, WIFI])
    carry("wifi")
    file = tmp_path / "small.toml"
    file.write_text(
        '[quiet]\nnumber = 1\ndimension = "ambience"\nlabel = "Quiet"\nlabel_zh = "安靜"\n', encoding="utf-8"
    )
    out = StringIO()
    call_command("load_taxonomy", file=file, stdout=out)
    assert "0 created, 1 updated, 0 unchanged, 1 retired" in out.getvalue()
    assert "Retired, as no shop carries them: lively" in out.getvalue()
    assert "kept because shops carry them: wifi" in out.getvalue()


def test_the_command_refuses_a_broken_file_and_writes_nothing(tmp_path: Path) -> None:
    load_taxonomy([QUIET, LIVELY])
    file = tmp_path / "broken.toml"
    file.write_text('[quiet]\nnumber = 1\ndimension = "mood"\nlabel = "Quiet"\n', encoding="utf-8")
    with pytest.raises(CommandError, match=r"(?s)quiet\.label_zh: is missing.*quiet\.dimension: must be one of"):
        call_command("load_taxonomy", file=file)
    assert load_definitions() == [QUIET, LIVELY]
