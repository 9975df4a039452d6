"""What analytics hears of a search: how it went, and nothing of what was asked."""

from collections.abc import Mapping
from datetime import timedelta

from caferoam.providers.analytics import Many, Mode, Searched, Took
from shops.search.service import PreparedSearch


def event_of(prepared: PreparedSearch, answer: Mapping[str, object], *, took: timedelta) -> Searched:
    """The event of a search and the answer that it got."""
    understood, filters = prepared.understanding, prepared.filters
    return Searched(
        results=Many.of(int(str(answer["total"]))),
        wanted=len(understood.wanted),
        avoided=len(understood.avoided),
        mode=Mode(prepared.mode or Mode.ANY),
        has_place=any((filters.near, filters.box, filters.city, filters.district, understood.areas)),
        is_degraded=prepared.degraded,
        is_first_page=prepared.request.cursor is None,
        took=Took.of(took),
    )
