"""One question at a time, for somebody who waits for the answer."""

from dataclasses import dataclass

from caferoam.providers.errors import ProviderRefused
from caferoam.providers.maps import Area, Geocoder, OfflineGeocoder, Place, Point, Where, get_geocoder
from shops.models import Shop
from shops.places import kept
from shops.places.tables import ShopTables


@dataclass(frozen=True, slots=True)
class Found:
    """A place, and whose word it is."""

    place: Place
    source: Shop.LocationSource


class Asking:
    """The geocoder that the settings choose, what it answered before, and what is known where it knows nothing.

    Raises ``ProviderUnavailable`` where a vendor must be asked and cannot be.
    """

    def __init__(self, tables: ShopTables | None = None) -> None:
        self.tables = tables or ShopTables()
        self.geocoder: Geocoder = get_geocoder(self.tables)
        self.offline = OfflineGeocoder(self.tables)

    @property
    def is_offline(self) -> bool:
        return self.geocoder.name == self.offline.name

    def find(self, where: Where) -> Found | None:
        """Where that is. No transaction may be open."""
        if not self.is_offline:
            query = kept.address_query(where)
            known = kept.kept_places(self.geocoder.name, [query])
            place = known[query] if query in known else self.ask(where)
            if query not in known:
                kept.keep_place(self.geocoder.name, query, place)
            if place:
                return Found(place, Shop.LocationSource(self.geocoder.name))
        return self.fallback(where)

    def ask(self, where: Where) -> Place | None:
        """Ask the vendor, and read and write nothing. What it refuses to look for is not found."""
        try:
            return self.geocoder.geocode(where)
        except ProviderRefused:
            return None

    def fallback(self, where: Where) -> Found | None:
        """What is known without asking."""
        place = self.offline.geocode(where)
        return Found(place, Shop.LocationSource.OFFLINE) if place else None

    def area_of(self, point: Point) -> Area | None:
        """In which area the point lies. No transaction may be open."""
        if not self.is_offline:
            query = kept.point_query(point)
            known = kept.kept_area(self.geocoder.name, query)
            if query not in known:
                try:
                    known[query] = self.geocoder.reverse(point)
                except ProviderRefused:
                    known[query] = None
                kept.keep_area(self.geocoder.name, query, known[query])
            if area := known[query]:
                return area
        return self.offline.reverse(point)
