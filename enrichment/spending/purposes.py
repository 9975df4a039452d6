"""What models are asked for: each has costs, and may have a budget, of its own."""

from collections.abc import Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SEARCH: Final = "search"
"""The only one that is no job: a text is embedded when somebody searches for it."""
PURPOSES: Final[Sequence[tuple[str, Promise]]] = (
    ("enrich_shop", _("Describing cafés")),
    ("enrich_menu_photo", _("Reading menus")),
    ("generate_embedding", _("Embedding cafés")),
    ("reembed_shop", _("Embedding cafés anew")),
    (SEARCH, _("Embedding searches")),
)
"""Each with what operators call it."""
_JOBS_WAIT: Final = _("Nothing is lost: what waits goes on then, or as soon as the budget is raised.")
_SEARCHES_GO_ON: Final = _("Until then, or until the budget is raised, searches go by words and tags alone.")


def label_of(purpose: str) -> str:
    """What operators call it; of one that this code does not know, its name."""
    return str(dict(PURPOSES).get(purpose, purpose))


def pause_of(purpose: str) -> str:
    """What becomes of its work while its budget is used up."""
    return str(_SEARCHES_GO_ON if purpose == SEARCH else _JOBS_WAIT)
