"""Whether a pair of coordinates can be a café in Taiwan, and if not, what seems to have gone wrong."""

import math

from shops.models.shop import LATITUDES, LONGITUDES


def coordinate_problem(latitude: float, longitude: float) -> str | None:
    """What is wrong with the pair (degrees WGS84), in words for whoever corrects it; None if it lies in Taiwan.

    Nothing is repaired: a swapped pair is likely right the other way round, but only a person can tell.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return "coordinates are not numbers"
    if latitude == longitude == 0:
        return "coordinates are 0, 0, so not known"
    if _is_latitude(latitude) and _is_longitude(longitude):
        return None
    pair = f"({latitude:.5f}, {longitude:.5f})"
    if _is_longitude(latitude) and _is_latitude(longitude):
        return f"latitude and longitude are swapped {pair}"
    if abs(latitude) > 90 or abs(longitude) > 180:
        hint = "; the longitude looks like the latitude" if _is_latitude(longitude) else ""
        return f"coordinates are impossible {pair}{hint}"
    where = "the longitude repeats the latitude" if latitude == longitude else "coordinates are outside Taiwan"
    return f"{where} {pair}"


def _is_latitude(degrees: float) -> bool:
    return LATITUDES[0] <= degrees <= LATITUDES[1]


def _is_longitude(degrees: float) -> bool:
    return LONGITUDES[0] <= degrees <= LONGITUDES[1]
