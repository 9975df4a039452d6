"""Mapbox's Geocoding API v6: https://docs.mapbox.com/api/search/geocoding/. Its Python SDK was given up in 2022.

The token travels in the address of each request, so no address, and no exception that holds one, leaves this module.
"""

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.clients import PerProcess
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.maps.protocol import EAST, NORTH, SOUTH, WEST, Area, Place, Point, Precision, Where
from caferoam.scrub import scrub

VENDOR_URL: Final = "https://api.mapbox.com"
ANSWER_MAX_BYTES: Final = 1024 * 1024
"""Of one place, with all its names."""
QUERY_MAX_LENGTH: Final = 256
"""Characters that Mapbox takes."""
QUERY_MAX_WORDS: Final = 20

_CONNECT_WITHIN_S: Final = 3.0
_WHOLE_ANSWERS_TAKE: Final = 3  # times as long as their first byte may
_MESSAGE_MAX_LENGTH: Final = 200
_LONGEST_WAIT: Final = timedelta(hours=1)
_UNTIL_MENDED: Final = timedelta(minutes=15)
_TAIWAN: Final = f"{WEST},{SOUTH},{EAST},{NORTH}"
_COMMON: Final = {
    "country": "tw",
    "language": "zh-Hant",
    "limit": "1",
    "permanent": "true",  # answers are kept, which Mapbox's terms allow of no others
}
_FORWARD_TYPES: Final = "address,street,neighborhood,locality,place,district"
_REVERSE_TYPES: Final = "locality,place,district"
_LEVELS: Final = ("region", "district", "place", "locality", "neighborhood")
"""The largest first. Which of them is Taiwan's city and which its district is for Mapbox to change."""
_HOUSES: Final = frozenset({"rooftop", "parcel", "point"})
_SURE: Final = {"exact": 1.0, "high": 0.9, "medium": 0.6, "low": 0.3}
_SURE_ENOUGH: Final = 0.9
_OTHER_SPELLINGS: Final = str.maketrans({"臺": "台", "区": "區", "县": "縣", "乡": "鄉", "镇": "鎮"})


class MapboxGeocoder:
    """Asks Mapbox."""

    name = "mapbox"

    def __init__(self) -> None:
        if not settings.MAPBOX_ACCESS_TOKEN:
            raise ImproperlyConfigured("MAPBOX_ACCESS_TOKEN is not set. MAPS_PROVIDER=mapbox needs it.")

    def geocode(self, where: Where) -> Place | None:
        """The best match, unless it lies elsewhere than in the area that is known."""
        query = _query(where)
        if not query:
            return None
        found = _ask(
            "forward",
            {"q": query, "autocomplete": "false", "bbox": _TAIWAN, "types": _FORWARD_TYPES},
        )
        for feature in _features(found):
            place, area = _place(feature), _area(feature)
            if place and _agrees(area, where):
                return place
        return None

    def reverse(self, point: Point) -> Area | None:
        if not point.is_in_taiwan:
            return None
        found = _ask(
            "reverse",
            {"longitude": f"{point.longitude:.6f}", "latitude": f"{point.latitude:.6f}", "types": _REVERSE_TYPES},
        )
        return next((area for feature in _features(found) if (area := _area(feature))), None)


def _query(where: Where) -> str:
    """The address as one line that Mapbox takes: a semicolon would make several questions of it."""
    line = "".join(char if char.isprintable() and char != ";" else " " for char in where.address)
    area = f"{where.city}{where.district}"
    if area and where.district not in line:
        line = f"{area}{line}"
    return " ".join(line.split()[:QUERY_MAX_WORDS])[:QUERY_MAX_LENGTH].strip() if where.address.strip() else ""


def _agrees(area: Area | None, where: Where) -> bool:
    """A road of the same name in another city is no answer."""
    if area is None:
        return not where.city
    return (not where.city or area.city == where.city) and (
        not (where.district and area.district) or area.district == where.district
    )


def _features(answer: object) -> Iterator[Mapping[str, object]]:
    if not isinstance(answer, Mapping) or not isinstance(features := answer.get("features"), Sequence):
        raise _misunderstood("no features")
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        if isinstance(properties, Mapping):
            yield properties


def _place(properties: Mapping[str, object]) -> Place | None:
    coordinates = _mapping(properties, "coordinates")
    latitude, longitude = coordinates.get("latitude"), coordinates.get("longitude")
    if not (_is_number(latitude) and _is_number(longitude)):
        return None
    point = Point(float(latitude), float(longitude))  # type: ignore[arg-type]  # both are numbers, as was just seen
    if not point.is_in_taiwan:
        return None
    confidence = _SURE.get(str(_mapping(properties, "match_code").get("confidence", "")), 0.5)
    match properties.get("feature_type"):
        case "address" if coordinates.get("accuracy") in _HOUSES and confidence >= _SURE_ENOUGH:
            return Place(point, Precision.ADDRESS, confidence)
        case "address" | "street":
            return Place(point, Precision.STREET, confidence)
        case "neighborhood" | "locality":
            return Place(point, Precision.DISTRICT, confidence)
    return None  # a whole city tells nothing


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6 and math.isfinite(value)


def _area(properties: Mapping[str, object]) -> Area | None:
    """City and district by how their names end: a city is a 市 or 縣, and what lies in it may be a 市 as well."""
    context = _mapping(properties, "context")
    names = [_mapping(context, level).get("name") for level in _LEVELS]
    if properties.get("feature_type") in _LEVELS:
        names.append(properties.get("name"))
    spelled = list(dict.fromkeys(name.translate(_OTHER_SPELLINGS) for name in names if isinstance(name, str)))
    city = next((name for name in spelled if name[-1:] in {"市", "縣"} and len(name) == 3), "")
    district = next((name for name in spelled if name != city and name[-1:] in {"區", "鄉", "鎮", "市"}), "")
    return Area(city, district[:10]) if city else None


def _mapping(value: Mapping[str, object], key: str) -> Mapping[str, object]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _ask(kind: str, params: Mapping[str, str]) -> object:
    """The parsed answer to one request.

    Raises:
        ProviderUnavailable, ProviderRefused
    """
    url = f"{(settings.MAPBOX_BASE_URL or VENDOR_URL).rstrip('/')}/search/geocode/v6/{kind}"
    query = {**_COMMON, **params, "access_token": settings.MAPBOX_ACCESS_TOKEN}
    failure = ""
    try:
        with _client().stream("GET", url, params=query, timeout=_timeout()) as response:
            body = _read(response)
            if not response.is_success:
                raise _translated(response, body)
    except httpx.TimeoutException as exc:
        failure = f"Mapbox does not answer: {type(exc).__name__}."
    except httpx.HTTPError as exc:
        failure = f"Mapbox cannot be reached: {type(exc).__name__}."
    if failure:  # raised out here, so that the exception that holds the address is not its context
        raise ProviderUnavailable(failure)
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError):
        raise _misunderstood("no JSON") from None
    return parsed


def _read(response: httpx.Response) -> bytes:
    deadline = time.monotonic() + settings.MAPBOX_TIMEOUT.total_seconds() * _WHOLE_ANSWERS_TAKE
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > ANSWER_MAX_BYTES:
            raise _misunderstood(f"more than {ANSWER_MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise ProviderUnavailable("Mapbox takes too long to answer.")
    return bytes(body)


def _translated(response: httpx.Response, body: bytes) -> ProviderUnavailable | ProviderRefused:
    status = response.status_code
    said = f"{status} {_message(body)}".rstrip()
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        # The token, its scopes or the account are not in order. Refused, every shop's place would be given up.
        return ProviderUnavailable(
            f"Mapbox does not serve us: {said}. Look at MAPBOX_ACCESS_TOKEN, and whether the account may keep answers.",
            retry_after=_UNTIL_MENDED,
        )
    if response.is_redirect or response.is_informational:
        return _misunderstood(f"{status}, which it never does: is MAPBOX_BASE_URL right?")
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT} or status >= 500:
        return ProviderUnavailable(f"Mapbox is busy or broken: {said}", retry_after=_retry_after(response))
    return ProviderRefused(f"Mapbox does not take this question: {said}")


def _message(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    message = said.get("message") if isinstance(said, Mapping) else None
    if not isinstance(message, str):
        return ""
    return scrub(message.replace(settings.MAPBOX_ACCESS_TOKEN, "[hidden]"))[:_MESSAGE_MAX_LENGTH]


def _retry_after(response: httpx.Response) -> timedelta | None:
    """Until the time that ``X-Rate-Limit-Reset`` says, in seconds since 1970."""
    wait_s = seconds(response.headers.get("Retry-After"))
    if wait_s is None and (reset := seconds(response.headers.get("X-Rate-Limit-Reset"))) is not None:
        wait_s = reset - time.time()
    return None if wait_s is None else min(timedelta(seconds=max(wait_s, 1)), _LONGEST_WAIT)


def seconds(said: str | None) -> float | None:
    """A header's whole number, if it is one of a sensible length."""
    return float(said) if said and said.isascii() and said.isdecimal() and len(said) <= 12 else None


def _misunderstood(what: str) -> ProviderUnavailable:
    return ProviderUnavailable(f"Mapbox answered with {what}.")


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(settings.MAPBOX_TIMEOUT.total_seconds(), connect=_CONNECT_WITHIN_S, pool=_CONNECT_WITHIN_S)


def _make_client(_: None) -> httpx.Client:
    return httpx.Client(
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=10, max_keepalive_connections=5, keepalive_expiry=30.0),
        headers={"User-Agent": "caferoam", "Accept-Encoding": "identity"},
    )


_clients: Final = PerProcess(_make_client, close=httpx.Client.close)


def _client() -> httpx.Client:
    """The one pool of this process."""
    return _clients.of(None)
