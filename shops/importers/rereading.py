"""Reads the hours of the cafés that are there already: once when the column came, and whenever reading has improved.

An import reads the hours of the cafés in its file. This reads those of all, whatever they came from.
"""

from dataclasses import dataclass
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from shops.hours.reading import read_hours

_BATCH: Final = 500

_PAGE: Final = """
    SELECT id, opening_hours_raw, open_minutes::text FROM shops
     WHERE id > %s AND NOT locked_fields && ARRAY['opening_hours_raw', 'open_minutes']
     ORDER BY id LIMIT %s
"""
# What was written since the page was read is read again by whoever wrote it.
_WRITE: Final = """
    UPDATE shops s SET open_minutes = new.hours::int4multirange
      FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS new (id, raw, hours)
     WHERE s.id = new.id AND s.opening_hours_raw = new.raw
       AND NOT s.locked_fields && ARRAY['opening_hours_raw', 'open_minutes']
"""


@dataclass(frozen=True, slots=True)
class RereadCounts:
    """Cafés whose hours no curator has corrected. ``silent`` have no text to read."""

    known: int
    unknown: int
    silent: int
    changed: int


def reread_hours(database: BaseDatabaseWrapper | None = None) -> RereadCounts:
    """Bring ``open_minutes`` in line with what is read in ``opening_hours_raw``, a few hundred cafés at a time.

    Reading again what is in line writes nothing.
    """
    database = database or connections[DEFAULT_DB_ALIAS]
    known = unknown = silent = changed = 0
    after = "00000000-0000-0000-0000-000000000000"
    while True:
        with transaction.atomic(using=database.alias), database.cursor() as cursor:
            cursor.execute(_PAGE, [after, _BATCH])
            page = cursor.fetchall()
            differing: list[tuple[str, str, str | None]] = []
            for shop_id, raw, before in page:
                week = read_hours(raw)
                literal = week.literal if week else None
                known += week is not None
                silent += not raw
                unknown += week is None and bool(raw)
                if literal != before:
                    differing.append((str(shop_id), raw, literal))
            if differing:
                cursor.execute(_WRITE, [list(column) for column in zip(*differing, strict=True)])
                changed += cursor.rowcount
        if len(page) < _BATCH:
            return RereadCounts(known, unknown, silent, changed)
        after = page[-1][0]
