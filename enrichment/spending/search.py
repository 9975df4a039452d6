"""What searches cost, and whether they may cost more today.

A search is embedded in a process of the API, before any member is bound, and the API's login sees neither the ledger
nor the budgets: it asks two functions of the database instead. Neither ever fails a search. If the database does not
answer, searches are allowed: without it none gets far, and the next look is half a minute away.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, InterfaceError

from caferoam.api.identity import as_nobody
from caferoam.jobs.statements import rows_of
from enrichment.spending import budgets
from enrichment.spending.purposes import SEARCH

if TYPE_CHECKING:
    from caferoam.providers.embeddings import Embedder
    from caferoam.providers.usage import Usage

logger = logging.getLogger("enrichment")

ASKED_EVERY: Final = timedelta(seconds=30)
"""For so long a process goes on with what it was told last, so for so long searches may go beyond their budget."""
PATIENCE: Final = timedelta(seconds=1)


class Permission:
    """Whether searches may cost something, as it was when this process last asked. Safe to share between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asking = threading.Lock()
        self._asked_at = float("-inf")
        self._allowed = True

    def is_given(self) -> bool:
        """Asks the database if that is due; of several threads one does, and the others go on with what is known."""
        if self._clock() - self._asked_at >= ASKED_EVERY.total_seconds() and self._asking.acquire(blocking=False):
            try:
                self._allowed = _ask()
                self._asked_at = self._clock()
            finally:
                self._asking.release()
        return self._allowed

    def take_away(self) -> None:
        """What was just noted has used the budget up."""
        self._allowed, self._asked_at = False, self._clock()

    def forget(self) -> None:
        """Ask anew next time."""
        self._allowed, self._asked_at = True, float("-inf")


permission: Final = Permission()
"""This process's own."""


def search_allowed() -> bool:
    """Whether the text of a search may be embedded at a vendor's; if not, tags and words alone must do. Never raises.

    Call it where no transaction is open: half a minute apart it needs one of its own.
    """
    return permission.is_given()


def note_search(usage: "Usage", embedder: "Embedder") -> None:
    """Write down what embedding a search has cost; where that costs nothing, nothing. Never raises.

    Call it where no transaction is open, right after the answer.
    """
    if embedder.provider == "offline":
        return
    try:
        with as_nobody(timeout=PATIENCE):
            found = rows_of(
                "SELECT * FROM private.note_search_v1(%s, %s, %s, %s)",
                [embedder.provider, embedder.model, usage.tokens_in, usage.usd],
            )
            budgets.tell(SEARCH, found)
    except (DatabaseError, InterfaceError):
        # So it stands in the log at least.
        logger.exception(
            "a search's %d tokens (%s, USD %s) could not be noted", usage.tokens_in, embedder.model, usage.usd
        )
        return
    if found:
        permission.take_away()


def _ask() -> bool:
    try:
        with as_nobody(timeout=PATIENCE):
            ((allowed,),) = rows_of("SELECT private.search_allowed_v1()")
    except (DatabaseError, InterfaceError) as exc:
        logger.warning("whether searches may be embedded could not be asked, so they are: %s", type(exc).__name__)
        return True
    return bool(allowed)
