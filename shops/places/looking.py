"""What an operator is told of a place: what was found, in which district it lies, and whether the address agrees."""

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.maps import Area, OfflineGeocoder, Point, Where
from shops.importers.address import area_of
from shops.importers.districts import DISTRICTS
from shops.models import Shop
from shops.places.asking import Asking, Found
from shops.places.drawing import Drawing, drawing_around
from shops.places.tables import ShopTables

PRECISIONS: Final = {
    Shop.LocationPrecision.EXACT: gettext_lazy("Where it stands"),
    Shop.LocationPrecision.ADDRESS: gettext_lazy("At the house that the address names"),
    Shop.LocationPrecision.STREET: gettext_lazy("Somewhere on its street"),
    Shop.LocationPrecision.MRT: gettext_lazy("At a station near it"),
    Shop.LocationPrecision.DISTRICT: gettext_lazy("Somewhere in its district"),
    Shop.LocationPrecision.NONE: gettext_lazy("Not known"),
}
_STATION_WITHIN_M: Final = 3_000


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a place. Warnings are what somebody should look at before it is saved."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown of a place."""

    notes: list[Note]
    drawing: Drawing | None = None
    found: Found | None = None


def named_area(address: str, city: str, district: str) -> Area:
    """The area that the address names, or else the fields beside it."""
    area = area_of(address, likely_cities=[city] if city in DISTRICTS else ())
    return Area(area.city, area.district) if area.district else Area(city or area.city, district)


def find(where: Where, shop: Shop) -> Look:
    """Look for the address. What goes wrong is said in the notes. No transaction may be open."""
    if not where.address.strip():
        return Look([Note(_("There is no address to look for."), is_warning=True)])
    tables = ShopTables()
    area = named_area(where.address, where.city, where.district)
    try:
        found = Asking(tables).find(Where(where.address.strip(), area.city, area.district, where.mrt))
    except (ProviderUnavailable, ImproperlyConfigured) as exc:
        return Look(
            [Note(_("The address could not be looked for just now; nothing was changed."), True), Note(str(exc))]
        )
    if found is None:
        text = _("Nothing was found for this address. Type the coordinates, or click in the drawing.")
        return Look([Note(text, is_warning=True)])
    precision = Shop.LocationPrecision(found.place.precision.value)
    is_near = precision == Shop.LocationPrecision.ADDRESS
    told = Note(_("Found: %(precision)s.") % {"precision": PRECISIONS[precision]})
    rest = _around(found.place.point, area, shop, tables)
    notes = (
        [told]
        if is_near
        else [
            told,
            Note(_("That is not exact, and visitors are shown metres: move it to where the café stands."), True),
        ]
    )
    return Look([*notes, *rest.notes], rest.drawing, found)


def look(point: Point, named: Area, shop: Shop, *, asks: bool = True) -> Look:
    """What is known around the point. With ``asks`` a vendor is asked for its district, outside of transactions."""
    if not point.is_in_taiwan:
        if Point(point.longitude, point.latitude).is_in_taiwan:
            return Look([Note(_("Latitude and longitude seem to be swapped."), is_warning=True)])
        return Look([Note(_("These coordinates are not in Taiwan."), is_warning=True)])
    return _around(point, named, shop, ShopTables(), asks=asks)


def _around(point: Point, named: Area, shop: Shop, tables: ShopTables, *, asks: bool = True) -> Look:
    area = _area_of(point, tables, asks=asks)
    notes = []
    words = {"area": f"{area.city}{area.district}" if area else "", "named": f"{named.city}{named.district}"}
    if area is None:
        notes.append(Note(_("In which district this point lies is not known."), is_warning=True))
    elif named.city and (area.city != named.city or (area.district and named.district not in {"", area.district})):
        notes.append(Note(_("This point lies in %(area)s, the address says %(named)s.") % words, is_warning=True))
    else:
        notes.append(Note(_("This point lies in %(area)s.") % words))
    station = tables.nearest_station(point)
    if station and station[1] <= _STATION_WITHIN_M:
        near = {"station": station[0], "metres": round(station[1], -2) or 100}
        notes.append(Note(_("The nearest station known here is %(station)s, about %(metres)d m away.") % near))
    return Look(notes, drawing_around(point, area, tables, but=shop))


def _area_of(point: Point, tables: ShopTables, *, asks: bool) -> Area | None:
    if asks:
        try:
            return Asking(tables).area_of(point)
        except (ProviderUnavailable, ImproperlyConfigured):
            pass  # what is known here is as good as it gets
    return OfflineGeocoder(tables).reverse(point)
