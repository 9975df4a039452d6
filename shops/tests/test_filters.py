"""What the filters' SQL cannot be given."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.filters import METRES_PER_DEGREE, Place, ShopFilters, mode_column


def test_only_the_three_modes_become_columns() -> None:
    assert mode_column("work") == "mode_work"
    with pytest.raises(ValueError, match="is no mode"):
        mode_column("work; DROP TABLE shops")


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(1, 50_000), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_the_box_that_the_index_reads_holds_the_whole_circle(
    latitude: float, longitude: float, radius_m: float, bearing: float, share: float
) -> None:
    """Away from the poles, where the circle is no box any more."""
    _, box = ShopFilters(near=Place(latitude, longitude), radius_m=radius_m).sql()
    reach = radius_m * share / METRES_PER_DEGREE
    north = latitude + reach * math.cos(bearing)
    east = longitude + reach * math.sin(bearing) / math.cos(math.radians(latitude))
    assert box["circle_south"] <= north <= box["circle_north"]
    assert box["circle_west"] <= east <= box["circle_east"]
