"""Answers of geocoders that are kept in the database, so that nothing is asked twice."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from caferoam.providers.maps import Area, Place, Point, Precision, Where
from caferoam.text.normalize import normalize
from shops.models import Geocode

NOTHING_HOLDS: Final = timedelta(days=30)
"""After which is asked again what was not found: maps grow."""

_KEEP = """
    INSERT INTO geocodes (provider, kind, query, answer) VALUES (%s, %s, %s, %s)
    ON CONFLICT (provider, kind, query) DO UPDATE SET answer = excluded.answer, asked_at = now()
"""


def address_query(where: Where) -> str:
    """The question, in the same words however it is written."""
    return normalize(f"{where.city}/{where.district}/{where.address}")


def point_query(point: Point) -> str:
    """The point, to a metre."""
    return f"{point.latitude:.5f},{point.longitude:.5f}"


def kept_places(provider: str, queries: Iterable[str]) -> dict[str, Place | None]:
    """The answers to those queries that need not be asked, None where nothing was found. One statement."""
    return {query: _place(answer) for query, answer in _kept(provider, Geocode.Kind.FORWARD, queries)}


def kept_area(provider: str, query: str) -> dict[str, Area | None]:
    """As :func:`kept_places`."""
    return {
        query: Area(**answer) if answer else None for query, answer in _kept(provider, Geocode.Kind.REVERSE, [query])
    }


def keep_place(provider: str, query: str, place: Place | None) -> None:
    """Keep an answer, in the place of an older one."""
    answer = place and {
        "latitude": place.point.latitude,
        "longitude": place.point.longitude,
        "precision": place.precision.value,
        "confidence": place.confidence,
    }
    _keep(provider, Geocode.Kind.FORWARD, query, answer)


def keep_area(provider: str, query: str, area: Area | None) -> None:
    """As :func:`keep_place`."""
    _keep(provider, Geocode.Kind.REVERSE, query, area and {"city": area.city, "district": area.district})


def _kept(provider: str, kind: Geocode.Kind, queries: Iterable[str]) -> Iterable[tuple[str, Any]]:
    still_holds = Q(answer__isnull=False) | Q(asked_at__gt=Now() - NOTHING_HOLDS)
    kept = Geocode.objects.filter(still_holds, provider=provider, kind=kind, query__in=list(queries))
    return kept.values_list("query", "answer")


def _keep(provider: str, kind: Geocode.Kind, query: str, answer: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [provider, kind.value, query, json.dumps(answer) if answer else None])


def _place(answer: dict[str, str] | None) -> Place | None:
    if not answer:
        return None
    point = Point(float(answer["latitude"]), float(answer["longitude"]))
    return Place(point, Precision(answer["precision"]), float(answer["confidence"]))
