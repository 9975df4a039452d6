"""Which shop a review is about: by Google's place id, else by its name."""

from uuid import UUID

from shops.importers.cleaning import name_key
from shops.models import Shop


class AmbiguousPlace(Exception):
    """Several shops have that name; which branch is meant cannot be told."""


class PlaceIndex:
    """The shops that are not closed, by place id and by name, as they are when the index is made.

    A name is the same name whatever its case, width, blanks and punctuation (``2J CAFE`` is ``2J Cafe``), and nothing
    less: 日光咖啡 is not 月光咖啡, nor 好咖啡 its branch 好咖啡中山店.
    """

    def __init__(self) -> None:
        self._by_place_id: dict[str, UUID] = {}
        self._by_name: dict[str, UUID | None] = {}
        open_shops = Shop.objects.exclude(status=Shop.Status.CLOSED).order_by("id")
        for shop_id, place_id, name in open_shops.values_list("id", "google_place_id", "name").iterator():
            if place_id:
                self._by_place_id[place_id] = shop_id
            key = name_key(name)
            if key:
                self._by_name[key] = None if key in self._by_name else shop_id

    def find(self, *, place_id: str, name: str) -> UUID | None:
        """The shop, or None if there is none.

        Raises:
            AmbiguousPlace: the place id is unknown and the name is that of several shops.
        """
        if place_id in self._by_place_id:
            return self._by_place_id[place_id]
        key = name_key(name)
        if key not in self._by_name:
            return None
        shop_id = self._by_name[key]
        if shop_id is None:
            raise AmbiguousPlace(name)
        return shop_id
