"""Geocoding: one protocol, one module per vendor, chosen by ``MAPS_PROVIDER``."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.checks import Configured, told
from caferoam.providers.maps.offline import OfflineGeocoder, Tables
from caferoam.providers.maps.protocol import Area, Geocoder, Place, Point, Precision, Where

__all__ = [
    "Area",
    "Geocoder",
    "OfflineGeocoder",
    "Place",
    "Point",
    "Precision",
    "Tables",
    "Where",
    "configured",
    "get_geocoder",
    "ping",
]

_TAIPEI_101 = Point(25.0339, 121.5645)


def get_geocoder(tables: Tables) -> Geocoder:
    """The geocoder that the settings choose. ``tables`` are for the one that asks nobody.

    Raises:
        ImproperlyConfigured: it lacks a setting, which is named.
    """
    if settings.MAPS_PROVIDER == "offline":
        return OfflineGeocoder(tables)
    if settings.MAPS_PROVIDER == "mapbox":
        return _mapbox()
    raise ImproperlyConfigured(f"MAPS_PROVIDER names no geocoder: {settings.MAPS_PROVIDER!r}.")


def _mapbox() -> Geocoder:
    from caferoam.providers.maps.mapbox import MapboxGeocoder  # noqa: PLC0415 - it brings the HTTP client

    return MapboxGeocoder()


def configured() -> Configured:
    """As :class:`caferoam.providers.checks.Checked` says."""
    if settings.MAPS_PROVIDER == "offline":
        return Configured("maps", "offline")
    token = settings.MAPBOX_ACCESS_TOKEN
    return Configured(
        "maps",
        settings.MAPS_PROVIDER,
        {"MAPBOX_ACCESS_TOKEN": told(token), "MAPBOX_BASE_URL": settings.MAPBOX_BASE_URL or "Mapbox's own"},
        () if token else ("MAPBOX_ACCESS_TOKEN",),
    )


def ping() -> str:
    """As :class:`caferoam.providers.checks.Checked` says: asks where a well-known point lies."""
    if settings.MAPS_PROVIDER == "offline":
        return "nobody is asked: districts and stations are looked up in the shops' own table"
    area = _mapbox().reverse(_TAIPEI_101)
    return f"Mapbox says that Taipei 101 is in {area.city}{area.district}" if area else "Mapbox knows no Taipei 101"
