"""The model whose vectors searches compare, as the database has it: it can change while processes run.

Which one it is, ``manage.py reembed`` changes. A process that has not heard of that yet goes on with the model from
before and with that model's vectors, which are kept for as long: a search is always of one model, its text and its
cafés.
"""

import logging
from dataclasses import dataclass
from typing import Final

from django.db import connection

from caferoam.providers.embeddings import chosen
from shops.search.kept import Kept
from shops.search.weights import Calibration, calibration_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchedModel:
    """Whose vectors are compared, and how its cosines are read."""

    provider: str
    model: str
    calibration: Calibration


class SearchedModelCache(Kept[SearchedModel]):
    """The active model that this process read last. Members may read it, the public may not."""

    def read(self, before: SearchedModel | None) -> SearchedModel:
        """One small statement. Until there is an active model, it is the one that the settings choose."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT provider, model, cosine_low, cosine_high FROM embedding_models WHERE status = 'active'"
            )
            row = cursor.fetchone()
        provider, model, low, high = row or (*chosen(), None, None)
        if (before is None or before.model != model) and (told := difference(provider, model)):
            logger.warning(told)
        measured = None if low is None or high is None else Calibration(low, high)
        return SearchedModel(provider, model, measured or calibration_of(model))


def difference(provider: str, model: str) -> str | None:
    """What operators should know where the settings choose another model than this one, which is searched."""
    chosen_provider, chosen_model = chosen()
    if (provider, model) == (chosen_provider, chosen_model):
        return None
    return (
        f"The settings choose {chosen_model} ({chosen_provider}) for embeddings, but {model} ({provider}) is searched,"
        f" and stays so. `manage.py reembed --model {chosen_model} --provider {chosen_provider}` changes over; if that"
        f" is not wanted, let the settings choose {model}."
    )


searched_models: Final = SearchedModelCache()
"""The process's own."""
