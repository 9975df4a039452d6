"""What a photo of a menu changes, and what it may not."""

from uuid import UUID, uuid4

import pytest

from caferoam.providers.llm import MenuEntry
from caferoam.text.normalize import normalize
from enrichment.menu_merging import MAX_ITEMS, Item, Merge, merge, valid_items
from shops.models import MenuItem

OLD, OLDER = uuid4(), uuid4()


def row(name: str, price: int | None = 100, *, source: str = "menu_photo", **fields: object) -> MenuItem:
    return MenuItem(
        id=uuid4(), name=name, name_key=normalize(name), price_twd=price, source=source, source_upload_id=OLD, **fields
    )


def merged(items: list[Item], *rows: MenuItem, seen_later: frozenset[UUID] = frozenset()) -> Merge:
    return merge(items, rows, seen_later=seen_later)


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("", 100),
        ("   \u200b ", 100),
        ("---", 100),
        ("120", 120),
        ("長" * 121, 100),
        ("拿鐵", -1),
        ("拿鐵", 100_001),
        ("拿鐵", 99.5),
    ],
)
def test_what_can_be_no_item_is_left_out(name: str, price: float) -> None:
    assert valid_items([MenuEntry(name, price)]) == []


def test_names_are_tidied_and_categories_cut() -> None:
    (item,) = valid_items([MenuEntry(" 拿鐵\n\x1b(大) ", 150, "咖" * 99)])
    assert item == Item("拿鐵 (大)", 150, "咖" * 40)


def test_names_that_differ_in_case_or_width_are_one() -> None:
    items = valid_items([MenuEntry("Latte", None), MenuEntry("ＬＡＴＴＥ", 120), MenuEntry("latte", 120)])
    assert items == [Item("ＬＡＴＴＥ", 120, "")]


def test_of_two_prices_on_one_photo_the_first_counts_and_is_flagged() -> None:
    items = valid_items([MenuEntry("拿鐵", 120), MenuEntry("拿鐵", 140)])
    assert items == [Item("拿鐵", 120, "", "two prices on one photo")]


@pytest.mark.parametrize(("price", "odd"), [(9, True), (10, False), (2_000, False), (2_001, True), (0, True)])
def test_a_price_that_cafes_do_not_have_is_flagged(price: int, *, odd: bool) -> None:
    (item,) = valid_items([MenuEntry("拿鐵", price)])
    assert bool(item.needs_review) is odd


def test_the_newest_price_wins_and_a_leap_is_flagged() -> None:
    rows = [row("拿鐵"), row("美式"), row("可可")]
    result = merged([Item("拿鐵", 200, ""), Item("美式", 201, ""), Item("可可", 49, "")], *rows)
    assert [(one.price_twd, one.needs_review) for one in result.changed.values()] == [
        (200, ""),
        (201, "was 100"),
        (49, "was 100"),
    ]
    assert result.new == ()


def test_a_price_that_is_not_legible_takes_away_none() -> None:
    kept = row("拿鐵", category="咖啡", needs_review="was 10")
    result = merged([Item("拿鐵", None, "")], kept)
    assert result.changed[kept.pk] == Item("拿鐵", 100, "咖啡", "was 10")


def test_a_flag_stays_until_another_price_is_seen_or_a_curator_has_looked() -> None:
    flagged = row("拿鐵", needs_review="was 10")
    assert merged([Item("拿鐵", 100, "")], flagged).changed[flagged.pk].needs_review == "was 10"
    assert merged([Item("拿鐵", 110, "")], flagged).changed[flagged.pk].needs_review == ""


def test_what_a_curator_wrote_is_left_alone() -> None:
    result = merged([Item("ＬＡＴＴＥ", 1, "")], row("Latte", source="curator"))
    assert (result.new, result.changed) == ((), {})


def test_what_a_newer_photo_says_stays() -> None:
    result = merged([Item("拿鐵", 1, "")], row("拿鐵"), seen_later=frozenset({OLD}))
    assert (result.new, result.changed) == ((), {})


def test_a_menu_does_not_grow_without_end() -> None:
    rows = [row(f"第{number}號") for number in range(MAX_ITEMS - 1)]
    result = merged([Item("拿鐵", 100, ""), Item("美式", 100, "")], *rows)
    assert [item.name for item in result.new] == ["拿鐵"]
