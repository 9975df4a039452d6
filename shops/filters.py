"""The filters that the directory and search share: how they are asked for, and the SQL of each.

A filter is hard: what does not fit is not shown. All of them read one table, ``shop_search``, under the alias ``d``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from caferoam.api.params import FlagField, QueryParams
from caferoam.text.normalize import normalize
from shops.hours.week import TAIPEI, minute_of_week
from shops.search.areas import Area
from shops.search.vocabulary import Vocabulary

EARTH_RADIUS_M: Final = 6_371_008.8
METRES_PER_DEGREE: Final = 111_195.0
RADIUS_MAX_M: Final = 50_000
RADIUS_DEFAULT_M: Final = 1_000
MODES: Final = ("work", "rest", "social")
MODE_FITS_FROM: Final = 0.5
"""A shop fits a mode from this score on; one whose modes are unknown fits none."""
TAGS_MAX: Final = 20

_DECIMAL: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# Days that exist, so that the API's description promises nothing that is refused.
_DAY: Final = (
    r"(20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|20([02468][048]|[13579][26])-02-29)"
)
_MOMENT: Final = rf"{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
# For the API's description: decimals within their range.
_LATITUDE: Final = r"[+-]?0*(90(\.0+)?|[0-8]?[0-9](\.[0-9]+)?)"
_LONGITUDE: Final = r"[+-]?0*(180(\.0+)?|(1[0-7])?[0-9](\.[0-9]+)?|[1-9][0-9](\.[0-9]+)?)"

DISTANCE_M: Final = f"""(2 * {EARTH_RADIUS_M} * asin(sqrt(least(1,
    power(sin(radians(d.latitude - %(latitude)s::float8) / 2), 2)
    + cos(radians(%(latitude)s::float8)) * cos(radians(d.latitude))
    * power(sin(radians(d.longitude - %(longitude)s::float8) / 2), 2)))))"""
"""Great-circle distance in metres from the caller's place, which must be among the parameters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees WGS84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees WGS84; a box never crosses the date line."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class ShopFilters:
    """What a shop must be. ``tag_numbers`` must all be there; ``within`` and ``outside`` are areas a text named."""

    city: str = ""
    district: str = ""
    tag_numbers: tuple[int, ...] = ()
    mode: str | None = None
    near: Place | None = None
    radius_m: float = RADIUS_DEFAULT_M
    box: Box | None = None
    name: str = ""
    within: tuple[Area, ...] = field(default=())
    outside: tuple[Area, ...] = field(default=())
    open_at: datetime | None = None
    """It must be open then; one whose hours are unknown is not."""
    open_now: datetime | None = None
    """As ``open_at``, where it was asked what is open now: this is when that is."""
    or_called: str = ""
    """A shop whose normalised name holds this need not be open: the words of the hour may be its name."""

    def identity(self) -> dict[str, object]:
        """What makes these filters these, for cursors.

        Now is another moment on the next page, which shows what is open by then, and still follows this one.
        """
        return asdict(self) | {
            "open_at": None if self.open_at is None else minute_of_week(self.open_at),
            "open_now": self.open_now is not None,
        }

    def sql(self) -> tuple[str, dict[str, Any]]:
        """A condition over ``shop_search d``, and its parameters. Live shops only, whatever else is asked."""
        parameters: dict[str, Any] = {}
        conditions = ["d.live"]
        for condition, values in self._conditions():
            conditions.append(condition)
            parameters |= values
        return "\n      AND ".join(conditions), parameters

    def _conditions(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        if self.city:
            yield "d.city = %(city)s", {"city": self.city}
        if self.district:
            yield "d.district = %(district)s", {"district": self.district}
        if self.tag_numbers:
            yield "d.tag_numbers @> %(tag_numbers)s::int[]", {"tag_numbers": list(self.tag_numbers)}
        if self.mode is not None:
            yield f"d.{mode_column(self.mode)} >= {MODE_FITS_FROM}", {}
        if self.name:
            yield "strpos(d.name_normalized, %(name)s) > 0", {"name": self.name}
        yield from self._where()
        yield from self._when()

    def _where(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        if self.near is not None:
            box = _box_around(self.near, self.radius_m)
            yield (
                (
                    "d.latitude BETWEEN %(circle_south)s AND %(circle_north)s"
                    " AND d.longitude BETWEEN %(circle_west)s AND %(circle_east)s"
                    f" AND {DISTANCE_M} <= %(radius_m)s"
                ),
                {
                    "circle_south": box.south,
                    "circle_north": box.north,
                    "circle_west": box.west,
                    "circle_east": box.east,
                    "radius_m": self.radius_m,
                    "latitude": self.near.latitude,
                    "longitude": self.near.longitude,
                },
            )
        if self.box is not None:
            yield (
                "d.latitude BETWEEN %(south)s AND %(north)s AND d.longitude BETWEEN %(west)s AND %(east)s",
                {"south": self.box.south, "north": self.box.north, "west": self.box.west, "east": self.box.east},
            )
        if self.within:
            yield _in_areas("within"), _area_parameters("within", self.within)
        if self.outside:
            yield f"NOT {_in_areas('outside')}", _area_parameters("outside", self.outside)

    def _when(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        if self.open_now is not None:
            yield "d.open_minutes @> %(minute_now)s::int", {"minute_now": minute_of_week(self.open_now)}
        if self.open_at is not None:
            is_open, minute = "d.open_minutes @> %(open_minute)s::int", {"open_minute": minute_of_week(self.open_at)}
            if self.or_called:
                yield f"({is_open} OR strpos(d.name_normalized, %(called)s) > 0)", minute | {"called": self.or_called}
            else:
                yield is_open, minute


def mode_column(mode: str) -> str:
    """The column of a mode's score.

    Raises:
        ValueError: there is no such mode.
    """
    if mode not in MODES:
        raise ValueError(f"{mode!r} is no mode")
    return f"mode_{mode}"


def _in_areas(name: str) -> str:
    return f"(d.city = ANY (%({name}_cities)s) OR d.city || '/' || d.district = ANY (%({name}_districts)s))"


def _area_parameters(name: str, areas: Sequence[Area]) -> dict[str, list[str]]:
    return {
        f"{name}_cities": [area.city for area in areas if not area.district],
        f"{name}_districts": [area.key for area in areas if area.district],
    }


def _box_around(place: Place, radius_m: float) -> Box:
    """A box that holds the circle: the index narrows by it before any distance is computed."""
    height = radius_m / METRES_PER_DEGREE * 1.001  # a little more, so that rounding cuts nothing off
    reach = min(89.9, abs(place.latitude) + height)
    width = min(180.0, height / math.cos(math.radians(reach)))
    return Box(place.longitude - width, place.latitude - height, place.longitude + width, place.latitude + height)


def _decimal(text: str) -> float:
    """Stricter than ``float``, which also takes 1_000, 1e3, full-width digits and blanks.

    Raises:
        ValueError: this is no plain decimal number.
    """
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text[:50]!r} is no plain decimal number")
    return float(text)


class _Degrees(serializers.CharField):
    """Numbers between commas, each within its range."""

    limits: Sequence[tuple[str, float]] = ()

    def numbers(self, data: object) -> list[float]:
        parts = str(data).split(",")
        names = ",".join(name for name, _ in self.limits)
        try:
            numbers = [_decimal(part) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) != len(self.limits):
            raise serializers.ValidationError(f"Give {names} in degrees, as in {self.help_text}.")
        for number, (name, limit) in zip(numbers, self.limits, strict=True):
            if abs(number) > limit:
                raise serializers.ValidationError(f"{name} must be from {-limit:g} to {limit:g} degrees.")
        return numbers


@extend_schema_field({"type": "string", "pattern": f"^{_LATITUDE},{_LONGITUDE}$", "examples": ["25.033,121.5654"]})
class PlaceField(_Degrees):
    """``latitude,longitude``"""

    limits = (("lat", 90), ("lng", 180))

    def to_internal_value(self, data: object) -> Place:  # type: ignore[override] # a field reads text into what it means
        """Raises ValidationError unless both are in range."""
        return Place(*self.numbers(data))


@extend_schema_field(
    {
        "type": "string",
        "pattern": f"^{_LONGITUDE},{_LATITUDE},{_LONGITUDE},{_LATITUDE}$",
        "examples": ["121.52,25.02,121.56,25.05"],
    }
)
class BoxField(_Degrees):
    """``west,south,east,north``"""

    limits = (("west", 180), ("south", 90), ("east", 180), ("north", 90))

    def to_internal_value(self, data: object) -> Box:  # type: ignore[override] # a field reads text into what it means
        """Raises ValidationError unless it is a box."""
        box = Box(*self.numbers(data))
        if box.west > box.east or box.south > box.north:
            raise serializers.ValidationError("west must not be beyond east, nor south beyond north.")
        return box


@extend_schema_field(
    {"type": "string", "pattern": f"^{_MOMENT}$", "examples": ["2026-11-29T09:00", "2026-11-29T09:00:00+08:00"]}
)
class MomentField(serializers.CharField):
    """A minute of this century, in Taipei unless it says otherwise."""

    def to_internal_value(self, data: object) -> datetime:  # type: ignore[override] # a field reads text into what it means
        """Raises ValidationError on what is none."""
        if not re.fullmatch(_MOMENT, str(data)):
            raise serializers.ValidationError(
                "Give a time from 2000 to 2099 as in 2026-11-29T09:00, which is Taipei's unless an offset follows"
                " (whose + is sent as %2B)."
            )
        moment = datetime.fromisoformat(str(data))
        return moment.replace(tzinfo=TAIPEI) if moment.tzinfo is None else moment


class MetresField(serializers.FloatField):
    """A plain decimal number."""

    def to_internal_value(self, data: object) -> float:
        """Raises ValidationError on what is none."""
        try:
            return _decimal(str(data))
        except ValueError:
            self.fail("invalid")


class FilterParams(QueryParams):
    """The parameters of the filters, and of the page."""

    city = serializers.CharField(required=False, max_length=20, help_text="As in 台北市; 臺 is read as 台.")
    district = serializers.CharField(required=False, max_length=20, help_text="As in 大安區.")
    tag = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        max_length=TAGS_MAX,
        help_text="Id of a tag of /taxonomy; repeat it to ask for several, which must all be there.",
    )
    mode = serializers.ChoiceField(
        choices=MODES, required=False, help_text=f"Only shops whose score for it is at least {MODE_FITS_FROM}."
    )
    near = PlaceField(required=False, help_text="25.033,121.5654")
    radius_m = MetresField(
        required=False,
        min_value=1,
        max_value=RADIUS_MAX_M,
        help_text=f"Metres around `near`; {RADIUS_DEFAULT_M} if not given.",
    )
    bbox = BoxField(required=False, help_text="121.52,25.02,121.56,25.05")
    q = serializers.CharField(required=False, max_length=100, help_text="Part of the name, in any case and width.")
    open_now = FlagField(
        required=False, default=False, help_text="Only shops that are open now; those of unknown hours are left out."
    )
    open_at = MomentField(
        required=False,
        help_text="Only shops that are open then, going by the hours of its weekday: 2026-11-29T09:00, in Taipei"
        " unless an offset follows. Those of unknown hours are left out.",
    )
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before, for the same query.")

    def validate_city(self, value: str) -> str:
        """臺北市 is 台北市."""
        return _readable(value)

    def validate_district(self, value: str) -> str:
        """In one spelling."""
        return _readable(value)

    def validate_q(self, value: str) -> str:
        """In the spelling of ``name_normalized``."""
        return _readable(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A radius needs a place."""
        if "radius_m" in attrs and "near" not in attrs:
            raise serializers.ValidationError({"radius_m": ["This needs `near`."]})
        return attrs


def _readable(value: str) -> str:
    """In normal form, in which something must be left: a filter that was asked for is never ignored."""
    cleaned = normalize(value)
    if not cleaned:
        raise serializers.ValidationError("This holds nothing that can be read.")
    return cleaned


def read_filters(params: Mapping[str, Any], vocabulary: Vocabulary, *, now: datetime) -> ShopFilters:
    """The filters in the validated values of a ``FilterParams``, for a request that came at ``now``.

    Raises:
        ValidationError: on ``tag``, naming those that the taxonomy does not have.
    """
    wanted: list[str] = params.get("tag", [])
    unknown = sorted(tag_id for tag_id in set(wanted) if tag_id not in vocabulary.tags)
    if unknown:
        raise serializers.ValidationError({"tag": [f"There is no such tag: {tag_id[:50]}" for tag_id in unknown]})
    return ShopFilters(
        city=params.get("city", ""),
        district=params.get("district", ""),
        tag_numbers=tuple(sorted({vocabulary.tags[tag_id].number for tag_id in wanted})),
        mode=params.get("mode"),
        near=params.get("near"),
        radius_m=params.get("radius_m", RADIUS_DEFAULT_M),
        box=params.get("bbox"),
        name=params.get("q", ""),
        open_at=params.get("open_at"),
        open_now=now if params["open_now"] else None,
    )
