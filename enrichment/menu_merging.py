"""What a photo of a menu changes about the items that are known: a pure function of both.

A photo adds items and names newer prices. It removes nothing, for it may show one page of several, and it leaves alone
what a curator wrote.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from caferoam.providers.llm import MenuEntry
from caferoam.text.normalize import normalize
from shops.models import MenuItem
from shops.models.menu import PRICE_MAX_TWD

MAX_ITEMS: Final = 400
"""Of one shop."""
USUAL_PRICES_TWD: Final = range(10, 2_001)
USUAL_CHANGE: Final = 2.0
"""A new price that is more than so many times the old one, or less than such a part of it, is odd."""
TWO_PRICES: Final = "two prices on one photo"
UNUSUAL: Final = "unusual price"
NAME_MAX_LENGTH: Final = 120
CATEGORY_MAX_LENGTH: Final = 40
_BLANKS: Final = re.compile(r"\s+")
_NOTHING_BUT_SIGNS: Final = re.compile(r"[\W\d_]*")


@dataclass(frozen=True, slots=True)
class Item:
    """An item as a photo shows it, fit to be stored."""

    name: str
    price_twd: int | None
    category: str
    needs_review: str = ""

    @property
    def key(self) -> str:
        """What two spellings of one item share, as ``MenuItem.name_key``."""
        return normalize(self.name)


@dataclass(frozen=True, slots=True)
class Merge:
    """Rows to make, and rows to change with what they shall say. ``shown`` counts all valid items of the photo."""

    new: tuple[Item, ...]
    changed: Mapping[UUID, Item]
    shown: int


def valid_items(entries: Iterable[MenuEntry]) -> list[Item]:
    """The entries that can be items, each name once; of two prices on one photo the first counts, and is odd."""
    items: dict[str, Item] = {}
    for entry in entries:
        item = _item(entry)
        if item is None:
            continue
        known = items.setdefault(item.key, item)
        if known.price_twd is None and item.price_twd is not None:
            items[item.key] = item
        elif item.price_twd is not None and known.price_twd != item.price_twd:
            items[item.key] = Item(known.name, known.price_twd, known.category, TWO_PRICES)
    return list(items.values())


def merge(items: Iterable[Item], present: Iterable[MenuItem], *, seen_later: Collection[UUID]) -> Merge:
    """What to do with the rows of a shop.

    ``seen_later`` are photos that are newer than this one, though they were read before: what they say stays.
    """
    rows = {row.name_key: row for row in present}
    new: list[Item] = []
    changed: dict[UUID, Item] = {}
    shown = list(items)
    for item in shown:
        row = rows.get(item.key)
        if row is None:
            if len(rows) + len(new) < MAX_ITEMS:
                new.append(item)
        elif row.source == MenuItem.Source.MENU_PHOTO and row.source_upload_id not in seen_later:
            changed[row.pk] = _renewed(row, item)
    return Merge(tuple(new), changed, len(shown))


def _item(entry: MenuEntry) -> Item | None:
    """The item, or None if it has no name of an item or a price that none can have."""
    name = _tidy(entry.name)
    price = entry.price_twd
    if not name or len(name) > NAME_MAX_LENGTH or _NOTHING_BUT_SIGNS.fullmatch(name) or not normalize(name):
        return None
    if price is None:
        return Item(name, None, _tidy(entry.category)[:CATEGORY_MAX_LENGTH])
    if not 0 <= price <= PRICE_MAX_TWD or price != int(price):
        return None
    odd = "" if int(price) in USUAL_PRICES_TWD else UNUSUAL
    return Item(name, int(price), _tidy(entry.category)[:CATEGORY_MAX_LENGTH], odd)


def _renewed(row: MenuItem, item: Item) -> Item:
    if item.price_twd is None:
        return Item(row.name, row.price_twd, item.category or row.category, row.needs_review)
    odd = item.needs_review
    if not odd and row.price_twd and not 1 / USUAL_CHANGE <= item.price_twd / row.price_twd <= USUAL_CHANGE:
        odd = f"was {row.price_twd}"
    if item.price_twd == row.price_twd and odd != TWO_PRICES:
        odd = row.needs_review  # the same again: it stays odd until a curator has passed it, and not beyond
    return Item(row.name, item.price_twd, item.category or row.category, odd)


def _tidy(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text)
    return _BLANKS.sub(" ", printable).strip()
