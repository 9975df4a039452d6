"""Asking a describer for the tags of places, from their reviews and nothing else."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.llm import Describer, DescribeRequest, Facts, Review, Taxonomy
from caferoam.providers.usage import Usage
from enrichment.decision import decide
from enrichment.evaluation.places import Place
from enrichment.reading import Reading


@dataclass(frozen=True)
class Answer:
    """The tags that enrichment would write. ``refused`` where there was no answer to use, and so no tag."""

    place: Place
    tags: frozenset[str]
    refused: bool = False


def ask(
    places: Iterable[Place], describer: Describer, taxonomy: Taxonomy, *, spent: Callable[[Usage, int], None]
) -> Iterator[Answer]:
    """One answer for each place. ``spent`` is told at once what each call cost, and for how many places it answered.

    Raises:
        ProviderUnavailable: the answers so far have been given.
    """
    for place in places:
        reading = Reading(shop_id=UUID(int=0), request=request_of(place, taxonomy), described_as=None)
        try:
            description = describer.describe(reading.request)
        except ProviderUnavailable as exc:
            spent(exc.usage, 0)
            raise
        except ProviderRefused as exc:
            spent(exc.usage, 0)
            yield Answer(place, frozenset(), refused=True)
        else:
            spent(description.usage, 1)
            # As in enrichment, a tag without words of the reviews to prove it is none.
            yield Answer(place, frozenset(tag.id for tag in decide(reading, description).tags))


def request_of(place: Place, taxonomy: Taxonomy) -> DescribeRequest:
    """No name (a model may know the café), no address, and above all no votes: they are what is to be found out."""
    reviews = tuple(Review(UUID(int=number), text) for number, text in enumerate(place.reviews, start=1))
    return DescribeRequest(facts=Facts(name=""), attributes={}, reviews=reviews, taxonomy=taxonomy)
