"""The weights of a search share one whole among the parts in use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caferoam.providers.embeddings import get_embedder
from shops.search.weights import CALIBRATIONS, CURRENT, UNCALIBRATED, Part, calibration_of

OPTIONAL: list[Part] = ["words", "distance", "mode", "avoided"]


@given(
    unexplained=st.floats(0, 1),
    has_vector=st.booleans(),
    has_tags=st.booleans(),
    uses=st.sets(st.sampled_from(OPTIONAL)).map(frozenset),
)
def test_the_weights_of_the_parts_in_use_sum_to_one(
    unexplained: float, has_vector: bool, has_tags: bool, uses: frozenset[Part]
) -> None:
    shares = CURRENT.shares(unexplained=unexplained, has_vector=has_vector, has_tags=has_tags, uses=uses)
    assert sum(share for part, share in shares.items() if part != "avoided") == pytest.approx(1)
    assert shares.keys() == {"meaning", "tags", "quality"} | uses
    assert has_vector or shares["meaning"] == 0
    assert has_tags or not has_vector or shares["tags"] == 0


@pytest.mark.parametrize(("unexplained", "meaning"), [(0, 0.3), (0.5, 0.5), (1, 0.9)])
def test_known_words_and_meaning_never_silence_each_other(unexplained: float, meaning: float) -> None:
    shares = CURRENT.shares(unexplained=unexplained, has_vector=True, has_tags=True, uses=frozenset())
    assert shares["meaning"] / (shares["meaning"] + shares["tags"]) == pytest.approx(meaning)


def test_the_configured_model_is_calibrated_and_an_unknown_one_gets_by() -> None:
    assert calibration_of(get_embedder().model) == CALIBRATIONS[get_embedder().model]
    assert calibration_of("tomorrow's") == UNCALIBRATED
