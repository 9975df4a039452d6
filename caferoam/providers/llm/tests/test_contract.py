"""What every describer promises. A vendor's is held to it over HTTP, before a stub of the vendor."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.providers.llm import Describer, Taxonomy, get_describer
from caferoam.providers.llm.anthropic import AnthropicDescriber
from caferoam.providers.llm.offline import OfflineDescriber
from caferoam.providers.llm.tests.asking import TAXONOMY, request
from caferoam.testing.anthropic import KEY, AnthropicStub


@pytest.fixture(params=["offline", "anthropic"])
def describer(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Describer]:
    if request.param == "offline":
        yield OfflineDescriber()
    else:
        with AnthropicStub() as stub:
            settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = KEY, stub.url
            yield AnthropicDescriber()


ASKED = request(
    "店內有插座，wifi 很快，適合工作。",
    "很安靜，不限時！",
    facts={"description": "安靜的日式風格老屋，提供插座。", "city": "台北市", "district": "大安區"},
    attributes={"socket": "yes", "wifi": 5},
)


def test_it_says_who_it_is(describer: Describer) -> None:
    assert describer.provider
    assert describer.model


def test_tags_are_of_the_taxonomy_and_confidences_between_0_and_1(describer: Describer) -> None:
    tags = describer.describe(ASKED).tags
    assert {"outlets", "wifi", "quiet"} <= {tag.id for tag in tags} <= TAXONOMY.by_id.keys()
    assert all(0 < tag.confidence <= 1 for tag in tags)
    assert len({tag.id for tag in tags}) == len(tags)


def test_every_quote_stands_in_the_source_that_it_names(describer: Describer) -> None:
    reviews: dict[UUID | None, str] = {review.id: review.text for review in ASKED.reviews}
    evidence = [one for tag in describer.describe(ASKED).tags for one in tag.evidence]
    assert evidence
    for one in evidence:
        assert (one.review_id is None) != (one.field is None)
        if one.field is None:
            source = reviews[one.review_id]
        elif one.field.startswith("attributes."):
            source = str(ASKED.attributes[one.field.removeprefix("attributes.")])
        else:
            source = getattr(ASKED.facts, one.field)
        assert one.quote
        assert one.quote in source


def test_it_sums_up_in_both_languages_and_scores_all_modes(describer: Describer) -> None:
    description = describer.describe(ASKED)
    assert description.summary_zh
    assert description.summary_en
    assert description.modes is not None
    assert all(0 <= score <= 1 for score in (description.modes.work, description.modes.rest, description.modes.social))
    assert description.modes.work > description.modes.social


def test_nothing_known_gives_no_tags_and_no_modes(describer: Describer) -> None:
    description = describer.describe(request())
    assert description.tags == ()
    assert description.modes is None
    assert description.summary_zh


def test_the_setting_chooses_and_an_unknown_name_is_refused_by_name(settings: Settings) -> None:
    settings.LLM_PROVIDER = "offline"
    assert get_describer() is get_describer()
    settings.LLM_PROVIDER = "crystal-ball"
    with pytest.raises(ImproperlyConfigured, match=r"LLM_PROVIDER.*crystal-ball"):
        get_describer()


def test_a_taxonomy_changes_its_version_with_any_word_of_it() -> None:
    shorter = Taxonomy(TAXONOMY.definitions[:-1])
    assert shorter.version != TAXONOMY.version
    assert Taxonomy(TAXONOMY.definitions).version == TAXONOMY.version
