"""Looks for the cafés of which an import knew no coordinates.

Whatever stops it, each café is either where it was or where it was found, and the next run goes on: what was answered
is kept. Vendors are asked from a few threads, which touch no database; no transaction is open meanwhile.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Final
from uuid import UUID

from django.db import connection

from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.maps import Place, Precision, Where
from shops.models import Shop
from shops.places import kept
from shops.places.asking import Asking, Found

AT_ONCE: Final = 4
"""Questions that are under way together; Mapbox takes a thousand a minute."""
GIVES_UP_AFTER: Final = 3
"""Questions in all that a vendor may leave unanswered."""
_CHUNK: Final = 500
_RANKS: Final = {precision.value: rank for rank, precision in enumerate(Precision)}
_WORST: Final = len(_RANKS)

# Compared and set: what a curator or another import has written meanwhile stays. Only a draft that an import made for
# want of a place goes live; one that a curator has looked at has its status locked, or its place.
_PLACE = """
    UPDATE shops SET latitude = %(latitude)s, longitude = %(longitude)s, location_precision = %(precision)s,
                     location_source = %(source)s,
                     status = CASE WHEN %(precision)s = 'address' AND status = 'draft' AND source = 'cafenomad'
                                    AND NOT 'status' = ANY (locked_fields) THEN 'live' ELSE status END
     WHERE id = %(id)s AND address = %(address)s AND location_precision = %(before)s
       AND NOT locked_fields && ARRAY['latitude', 'longitude']
"""


@dataclass(slots=True)
class PlacingReport:
    """Cafés, except where said, by where they are now."""

    exactly: int = 0
    """At their house: these are live."""
    nearby: int = 0
    """On their street, or at a station near them; drafts."""
    by_district: int = 0
    """Somewhere in their district; drafts."""
    left: int = 0
    """Nobody knows; drafts."""
    asked: int = 0
    """Questions that a vendor answered."""
    unasked: int = 0
    """Questions that wait until it can be asked."""
    failures: int = 0
    trouble: str = ""
    """Why it stopped asking."""
    retry_after: timedelta | None = None

    @property
    def total(self) -> int:
        return self.exactly + self.nearby + self.by_district + self.left

    def count(self, precision: str) -> None:
        match precision:
            case Precision.ADDRESS:
                self.exactly += 1
            case Precision.STREET | Precision.MRT:
                self.nearby += 1
            case Precision.DISTRICT:
                self.by_district += 1
            case _:
                self.left += 1


@dataclass(frozen=True, slots=True)
class _Unplaced:
    id: UUID
    precision: str
    where: Where


def place_shops(*, at_once: int = AT_ONCE) -> PlacingReport:
    """Look for every café that is not closed and not known to be where it stands.

    Raises:
        ImproperlyConfigured: the geocoder lacks a setting, which is named.
    """
    asking = Asking()
    report = PlacingReport()
    for chunk in batched(_unplaced(), _CHUNK):
        for shop, place in _answers(chunk, asking, at_once, report):
            found = Found(place, Shop.LocationSource(asking.geocoder.name)) if place else asking.fallback(shop.where)
            report.count(_write(shop, found))
    return report


def _unplaced() -> list[_Unplaced]:
    fields = ("id", "location_precision", "address", "city", "district", "mrt")
    shops = (
        Shop.objects.exclude(location_precision__in=["exact", "address"])
        .exclude(status=Shop.Status.CLOSED)
        .exclude(locked_fields__overlap=["latitude", "longitude"])
        .order_by("id")
    )
    return [_Unplaced(id_, precision, Where(*where)) for id_, precision, *where in shops.values_list(*fields)]


def _answers(
    shops: tuple[_Unplaced, ...], asking: Asking, at_once: int, report: PlacingReport
) -> Iterator[tuple[_Unplaced, Place | None]]:
    """Each of the shops with what the vendor knows of it, in the order in which it answers."""
    if asking.is_offline:
        yield from ((shop, None) for shop in shops)
        return
    by_query: dict[str, list[_Unplaced]] = {}
    for shop in shops:
        by_query.setdefault(kept.address_query(shop.where), []).append(shop)
    known = kept.kept_places(asking.geocoder.name, by_query)
    for query, place in known.items():
        yield from ((shop, place) for shop in by_query[query])
    unknown = [query for query in by_query if query not in known]
    with ThreadPoolExecutor(at_once, thread_name_prefix="geocode") as threads:
        for some in batched(unknown, at_once):
            gave_up = report.failures >= GIVES_UP_AFTER
            futures = {} if gave_up else {threads.submit(asking.ask, by_query[q][0].where): q for q in some}
            for future in as_completed(futures):
                place = _result(future, futures[future], asking, report)
                yield from ((shop, place) for shop in by_query[futures[future]])
            for query in some if gave_up else ():
                report.unasked += 1
                yield from ((shop, None) for shop in by_query[query])


def _result(future: Future[Place | None], query: str, asking: Asking, report: PlacingReport) -> Place | None:
    """What was answered, which is kept; a question that was not is left for the next run."""
    try:
        place = future.result()
    except ProviderUnavailable as exc:
        report.failures = GIVES_UP_AFTER if exc.retry_after else report.failures + 1
        report.trouble, report.retry_after = str(exc), exc.retry_after
        report.unasked += 1
        return None
    report.asked += 1
    kept.keep_place(asking.geocoder.name, query, place)
    return place


def _write(shop: _Unplaced, found: Found | None) -> str:
    """Move the shop if that is nearer to it; returns how near it is now."""
    if found is None or _RANKS[found.place.precision] >= _RANKS.get(shop.precision, _WORST):
        return shop.precision
    values: dict[str, str | float | UUID] = {
        "id": shop.id,
        "address": shop.where.address,
        "before": shop.precision,
        "latitude": found.place.point.latitude,
        "longitude": found.place.point.longitude,
        "precision": found.place.precision.value,
        "source": found.source.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, values)
        return found.place.precision.value if cursor.rowcount else shop.precision
