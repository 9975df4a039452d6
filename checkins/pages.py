"""Pages of what happened to a member, the newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from caferoam.api.pagination import Keyset

PAGE_MAX: Final = 50


def newest_first[Row: Mapping[str, object]](
    rows: QuerySet[Any, Row], *, at: str, key: str, keyset: Keyset, limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """One page of ``rows`` by time ``at``, those of one moment by ``key``, and the cursor of the next. One statement.

    Raises:
        ValidationError: on ``cursor``.
    """
    rows = rows.order_by(f"-{at}", f"-{key}")
    if cursor is not None:
        text, last_key = keyset.decode(cursor, length=2)
        last_at = datetime.fromisoformat(str(text))
        # The first condition says nothing that the others do not; it is the one that an index can begin with.
        rows = rows.filter(Q(**{f"{at}__lte": last_at})).filter(
            Q(**{f"{at}__lt": last_at}) | Q(**{at: last_at, f"{key}__lt": last_key})
        )
    found = list(rows[: limit + 1])
    page = found[:limit]
    following = keyset.encode([str(page[-1][at]), str(page[-1][key])]) if len(found) > limit else None
    return page, following
