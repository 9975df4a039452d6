import pytest

from shops.importers.coordinates import coordinate_problem


@pytest.mark.parametrize("place", [(25.03, 121.56), (21.9, 120.85), (26.2, 119.99), (24.4, 118.3)])
def test_taiwan_and_its_islands_are_accepted(place: tuple[float, float]) -> None:
    assert coordinate_problem(*place) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        (0.0, 0.0, "0, 0"),
        (121.56, 25.03, "swapped"),
        (99.99999999, 22.6, "impossible"),
        (99.99999999, 22.6, "longitude looks like the latitude"),
        (25.03, 25.03, "repeats the latitude"),
        (43.5, -80.2, "outside Taiwan"),
        (30.9, 120.9, "outside Taiwan"),
        (25.03, 122.2, "outside Taiwan"),
        (float("nan"), 121.5, "not numbers"),
        (25.03, float("inf"), "not numbers"),
    ],
)
def test_what_is_wrong_is_named(latitude: float, longitude: float, said: str) -> None:
    assert said in (coordinate_problem(latitude, longitude) or "")
