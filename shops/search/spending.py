"""What the vectors of search texts may cost, asked of the app that keeps the books: imports run downhill, so its name
stands in the settings.
"""

from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from caferoam.providers.embeddings import Embedder
from caferoam.providers.usage import Usage


class Spending(Protocol):
    """Neither call fails, nor takes long, nor is part of a transaction."""

    def note_search(self, usage: Usage, embedder: Embedder) -> None:
        """Write down what the vector of a search text cost."""

    def search_allowed(self) -> bool:
        """Whether the budget for searches has anything left."""


@cache
def spending() -> Spending:
    """The module that ``SEARCH_SPENDING`` names."""
    return cast("Spending", import_module(settings.SEARCH_SPENDING))
