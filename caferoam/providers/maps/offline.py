"""The geocoder that asks nobody: it looks up what is known of districts and stations."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Protocol

from caferoam.providers.maps.protocol import Area, Place, Point, Precision, Where

_STATION: Final = re.compile(
    r"(?:捷運)?((?:(?!站)[㐀-鿿]){2,7}?)(?:捷運站|站|[(（]?\d|[一二三四五六七八九十]號|出口|$)"
)
_BETWEEN: Final = re.compile(r"[\s,、。;/|()（）及和與或]+")
_NEAR_STATION: Final = 0.7
_IN_DISTRICT: Final = 0.5


class Tables(Protocol):
    """What is known without asking."""

    def middle_of(self, area: Area) -> Point | None:
        """A point in the midst of the district, or of the city where that alone is named."""

    def station(self, name: str) -> Point | None:
        """A station by its name, without 站."""

    def area_around(self, point: Point) -> Area | None:
        """The area of what is known near the point."""


class OfflineGeocoder:
    """Knows a station's surroundings and the middle of a district, and never a house."""

    name = "offline"

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def geocode(self, where: Where) -> Place | None:
        """The station if there is one, for that is nearer; else the middle of the district."""
        for name in station_names(where.mrt):
            if found := self._tables.station(name):
                return Place(found, Precision.MRT, _NEAR_STATION)
        if where.city and where.district and (middle := self._tables.middle_of(Area(where.city, where.district))):
            return Place(middle, Precision.DISTRICT, _IN_DISTRICT)
        return None

    def reverse(self, point: Point) -> Area | None:
        return self._tables.area_around(point) if point.is_in_taiwan else None


def station_names(text: str) -> Iterator[str]:
    """The stations that people name in words of their own: 永安市場站, 雙連一號出口, 古亭(2號出口)."""
    folded = unicodedata.normalize("NFKC", text).replace("臺", "台")
    for part in _BETWEEN.split(folded):
        found = _STATION.match(part)
        if found and not found[1].isdecimal():
            yield found[1]
