"""A stand-in for Mapbox's Geocoding API v6, with its answers in the shape that the vendor documents."""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

from caferoam.testing.vendors import Answer, Asked, Reaction, VendorStub

TOKEN: Final = "pk.eyJ1IjoiY2FmZXJvYW0ifQ.test_0123456789"


class MapboxStub(VendorStub):
    """``places`` are features by the beginning of the query, ``areas`` by the point; what is not there is not found.

    ``most_at_once`` is how many requests were under way together. ``after_s`` is how long it thinks.
    """

    def __init__(self) -> None:
        super().__init__(self._locate)
        self.places: dict[str, Mapping[str, Any]] = {}
        self.area: Mapping[str, Any] | None = None
        self.after_s = 0.0
        self.most_at_once = 0
        self._now = 0
        self._counting = threading.Lock()

    @property
    def questions(self) -> list[dict[str, str]]:
        """The parameters of each request, in order."""
        return [
            {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()} for asked in self.asked
        ]

    def _locate(self, asked: Asked) -> Reaction:
        with self._counting:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(self.after_s)
        try:
            return self._answer(asked)
        finally:
            with self._counting:
                self._now -= 1

    def _answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.path)
        told = {name: values[0] for name, values in parse_qs(url.query).items()}
        if told.get("access_token") != TOKEN:
            return problem(401, "Not Authorized - Invalid Token")
        if url.path == "/search/geocode/v6/forward":
            if not told.get("q") or len(told["q"]) > 256 or ";" in told["q"]:
                return problem(422, "q must be at most 256 characters without a semicolon")
            return collection(*(feature for start, feature in self.places.items() if told["q"].startswith(start)))
        if url.path == "/search/geocode/v6/reverse":
            return collection(*([self.area] if self.area else []))
        return problem(404, "Not Found")


def feature(
    latitude: float,
    longitude: float,
    *,
    kind: str = "address",
    accuracy: str = "rooftop",
    confidence: str = "exact",
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A feature as v6 writes it. ``names`` are those of its levels, in Taipei's 大安區 unless told otherwise."""
    levels = {"region": "台北市", "locality": "大安區"} if names is None else names
    context = {level: {"mapbox_id": f"dXJuOm1ieHBsYzo{level}", "name": name} for level, name in levels.items()}
    context["country"] = {"mapbox_id": "dXJuOm1ieHBsYzpJdw", "name": "台灣", "country_code": "TW"}
    coordinates: dict[str, Any] = {"longitude": longitude, "latitude": latitude}
    properties: dict[str, Any] = {
        "mapbox_id": "dXJuOm1ieGFkcjox",
        "feature_type": kind,
        "name": levels.get(kind, "某路1號"),
        "full_address": "台灣台北市大安區某路1號",
        "coordinates": coordinates,
        "context": context,
    }
    if kind == "address":
        coordinates["accuracy"] = accuracy
        properties["match_code"] = {"address_number": "matched", "street": "matched", "confidence": confidence}
    return {
        "type": "Feature",
        "id": properties["mapbox_id"],
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": properties,
    }


def collection(*features: Mapping[str, Any]) -> Answer:
    """A successful answer."""
    return Answer.of(
        {"type": "FeatureCollection", "features": list(features), "attribution": "NOTICE: © Mapbox and its suppliers."}
    )


def problem(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as Mapbox writes it."""
    return Answer.of({"message": message}, status=status, headers=headers)


@pytest.fixture
def mapbox_stub(settings: Settings) -> Iterator[MapboxStub]:
    """Mapbox, and settings that choose it."""
    with MapboxStub() as stub:
        settings.MAPS_PROVIDER = "mapbox"
        settings.MAPBOX_ACCESS_TOKEN = TOKEN
        settings.MAPBOX_BASE_URL = stub.url
        yield stub
