import pytest

from shops.importers.votes import VOTED_TAGS, voted_tags
from shops.taxonomy import file_definitions


def confidences(attributes: dict[str, float | str]) -> dict[str, float]:
    return {tag.tag_id: tag.confidence for tag in voted_tags(attributes)}


@pytest.mark.parametrize(("mean", "confidence"), [(4, 0.7), (4.5, 0.8), (4.8, 0.86), (5, 0.9)])
def test_a_mean_of_four_or_more_gives_its_tag_a_confidence(mean: float, confidence: float) -> None:
    assert confidences({"wifi": mean, "cheap": mean}) == {"wifi": confidence, "affordable": confidence}


@pytest.mark.parametrize("mean", [0, 1, 3.9])
def test_a_lower_mean_gives_no_tag(mean: float) -> None:
    assert confidences({"quiet": mean, "seat": mean, "music": mean}) == {}


def test_plain_answers_are_surer_than_maybe() -> None:
    assert confidences({"socket": "yes", "limited_time": "no", "standing_desk": "yes"}) == {
        "outlets": 0.9,
        "no_time_limit": 0.9,
        "standing_desk": 0.9,
    }
    assert confidences({"socket": "maybe", "limited_time": "maybe"}) == {"outlets": 0.5, "time_limit": 0.5}
    assert confidences({"socket": "no", "limited_time": "yes", "standing_desk": "no"}) == {"time_limit": 0.9}


def test_each_tag_says_which_vote_it_rests_on() -> None:
    [tag] = voted_tags({"music": 4.5})
    assert (tag.tag_id, tag.field, tag.quote) == ("good_music", "music", "music: 4.5 of 5")


def test_the_taxonomy_has_every_tag_that_votes_can_give() -> None:
    assert {definition.id for definition in file_definitions()} >= VOTED_TAGS
