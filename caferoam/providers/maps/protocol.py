"""What is asked of a geocoder, and what it answers. Degrees are WGS84, latitude first."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

SOUTH: Final = 21.8
NORTH: Final = 26.4
WEST: Final = 118.1
EAST: Final = 122.1
"""The ends of Taiwan with its islands."""


class Precision(StrEnum):
    """How far a point may be from what it stands for; the best first."""

    ADDRESS = "address"
    """The house."""
    STREET = "street"
    """Somewhere on its street."""
    MRT = "mrt"
    """The station that is near it."""
    DISTRICT = "district"
    """The middle of its district, kilometres away."""


@dataclass(frozen=True, slots=True)
class Point:
    """A pair of coordinates, not necessarily a possible one."""

    latitude: float
    longitude: float

    @property
    def is_in_taiwan(self) -> bool:
        return (
            math.isfinite(self.latitude)
            and math.isfinite(self.longitude)
            and SOUTH <= self.latitude <= NORTH
            and WEST <= self.longitude <= EAST
        )

    def metres_to(self, other: "Point") -> float:
        """As the crow flies, well enough for the width of a city."""
        north = (other.latitude - self.latitude) * 110_900
        east = (other.longitude - self.longitude) * 111_320 * math.cos(math.radians(self.latitude))
        return math.hypot(north, east)


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A city or county, and a district of it; 台 is written for 臺. ``district`` is '' where it is not known."""

    city: str
    district: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """What is known of a place: its address, and the area and the station that it is said to be in and near."""

    address: str
    city: str = ""
    district: str = ""
    mrt: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in Taiwan. ``confidence`` is from 0 to 1, and tells whether it is the right one, not how near it is."""

    point: Point
    precision: Precision
    confidence: float


class Geocoder(Protocol):
    """Turns addresses into points and points into areas. Every call may be made twice without harm.

    Texts are data: they are sent or looked up, and decide nothing else. No point outside of Taiwan is ever answered.
    """

    name: str
    """Under which its answers are kept."""

    def geocode(self, where: Where) -> Place | None:
        """Where that is, or None if it is not known.

        Raises:
            ProviderUnavailable: it cannot be reached, is busy or broken, or does not serve us.
            ProviderRefused: it takes no such question.
        """

    def reverse(self, point: Point) -> Area | None:
        """In which area the point lies, or None if that is not known. Raises as :meth:`geocode` does."""
