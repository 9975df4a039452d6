"""Brings shops and their import tags in line with a file, with a handful of statements whatever the file's size.

The file's rows are COPYed into a temporary table, which every login may make; the rest compares tables. Only rows that
differ are written, so a file imported twice fires no trigger with rows in it, and queues no job.

Who wins over the file: a field named in ``locked_fields`` keeps its value; a shop that a curator closed or drafted
stays so. A shop is opened again only if an import closed it, which its ``closed_mark`` tells.

A record without usable coordinates leaves a shop where it is. A new one becomes a draft, which shops.places looks for;
once the file knows better, it goes live.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import connection

from shops.importers.record import ImportedShop, Rejected

_STAGE = """
    DROP TABLE IF EXISTS pg_temp.incoming_shops, pg_temp.incoming_tags, pg_temp.import_changes;
    CREATE TEMP TABLE incoming_shops (
        position bigint, cafenomad_id uuid, accepted boolean NOT NULL, name text, closed boolean, city text,
        district text, address text, latitude float8, longitude float8, mrt text, website text,
        opening_hours_raw text, open_minutes int4multirange, attributes jsonb, tags jsonb
    ) ON COMMIT DROP;
    CREATE TEMP TABLE incoming_tags (
        shop_id uuid, tag_id text, confidence float8, evidence jsonb, PRIMARY KEY (shop_id, tag_id)
    ) ON COMMIT DROP;
    CREATE TEMP TABLE import_changes (shop_id uuid, change text) ON COMMIT DROP;
"""

# Two imports at once would both find a shop missing; the second waits here instead. The number is this import's own.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(6315300217)"

_SECOND_TIMES = """
    DELETE FROM incoming_shops later USING incoming_shops first
     WHERE later.accepted AND first.accepted AND later.cafenomad_id = first.cafenomad_id
       AND later.position > first.position
    RETURNING later.cafenomad_id, later.name
"""

# In the middle of the island: the columns take no NULL, and location_precision says what it is worth.
_NOWHERE = (23.75, 120.95)

_INSERT_SHOPS = f"""
    WITH inserted AS (
        INSERT INTO shops (source, cafenomad_id, status, name, city, district, address, latitude, longitude,
                           location_precision, mrt, website, opening_hours_raw, open_minutes, attributes)
        SELECT 'cafenomad', i.cafenomad_id,
               CASE WHEN i.closed THEN 'closed' WHEN i.latitude IS NULL THEN 'draft' ELSE 'live' END, i.name, i.city,
               i.district, i.address, coalesce(i.latitude, {_NOWHERE[0]}), coalesce(i.longitude, {_NOWHERE[1]}),
               CASE WHEN i.latitude IS NULL THEN 'none' ELSE 'exact' END, i.mrt, i.website, i.opening_hours_raw,
               i.open_minutes, i.attributes
          FROM incoming_shops i
         WHERE i.accepted AND NOT EXISTS (SELECT FROM shops s WHERE s.cafenomad_id = i.cafenomad_id)
         ORDER BY i.position
        RETURNING id
    )
    INSERT INTO import_changes SELECT id, 'inserted' FROM inserted
"""  # noqa: S608 - composed from the constants above

_FIELDS = (
    "name",
    "city",
    "district",
    "address",
    "mrt",
    "website",
    "opening_hours_raw",
    "attributes",
)
_PLACE = {
    "latitude": "i.latitude",
    "longitude": "i.longitude",
    "location_precision": "'exact'",
    "location_source": "'source'",
}
"""What goes together, and what the file says of it."""
_KEEPS_HOURS = "s.locked_fields && ARRAY['opening_hours_raw', 'open_minutes']"
_WANTED_HOURS = f"CASE WHEN {_KEEPS_HOURS} THEN s.open_minutes ELSE i.open_minutes END AS open_minutes"
_KEEPS_PLACE = "i.latitude IS NULL OR s.locked_fields && ARRAY['latitude', 'longitude']"
_HAS_PLACE = "s.location_precision IN ('exact', 'address')"
_WRITTEN = (*_FIELDS, "open_minutes", *_PLACE)
_WANTED_FIELDS = ",\n".join(
    f"CASE WHEN '{field}' = ANY (s.locked_fields) THEN s.{field} ELSE i.{field} END AS {field}" for field in _FIELDS
)
_WANTED_PLACE = ",\n".join(
    f"CASE WHEN {_KEEPS_PLACE} THEN s.{field} ELSE {told} END AS {field}" for field, told in _PLACE.items()
)
_UPDATE_SHOPS = f"""
    WITH wanted AS (
        SELECT s.id, s.status AS status_before,
               CASE WHEN 'status' = ANY (s.locked_fields) THEN s.status
                    WHEN i.closed THEN CASE s.status WHEN 'live' THEN 'closed' ELSE s.status END
                    WHEN s.status = 'closed' AND s.attributes ? 'closed_mark' THEN
                        CASE WHEN {_HAS_PLACE} OR NOT ({_KEEPS_PLACE}) THEN 'live' ELSE 'draft' END
                    WHEN s.status = 'draft' AND NOT ({_HAS_PLACE}) AND NOT ({_KEEPS_PLACE}) THEN 'live'
                    ELSE s.status END AS status,
               {_WANTED_FIELDS},
               {_WANTED_HOURS},
               {_WANTED_PLACE}
          FROM shops s JOIN incoming_shops i ON i.accepted AND i.cafenomad_id = s.cafenomad_id
    ), updated AS (
        UPDATE shops s SET status = w.status, {", ".join(f"{field} = w.{field}" for field in _WRITTEN)}
          FROM wanted w
         WHERE s.id = w.id
           AND (s.status, {", ".join(f"s.{field}" for field in _WRITTEN)})
               IS DISTINCT FROM (w.status, {", ".join(f"w.{field}" for field in _WRITTEN)})
        RETURNING s.id, w.status_before, w.status
    )
    INSERT INTO import_changes
    SELECT id, CASE WHEN status = status_before THEN 'updated' WHEN status = 'closed' THEN 'closed'
                     WHEN status_before = 'closed' THEN 'reopened' ELSE 'updated' END
      FROM updated
"""  # noqa: S608 - composed from the constants above

_WANTED_TAGS = """
    INSERT INTO incoming_tags
    SELECT s.id, t.tag_id, t.confidence, t.evidence
      FROM incoming_shops i
      JOIN shops s ON s.cafenomad_id = i.cafenomad_id
     CROSS JOIN jsonb_to_recordset(i.tags) AS t (tag_id text, confidence float8, evidence jsonb)
     WHERE i.accepted;
    ANALYZE incoming_tags;
"""

_DELETE_TAGS = """
    WITH deleted AS (
        DELETE FROM shop_tags t USING shops s, incoming_shops i
         WHERE t.source = 'import' AND t.shop_id = s.id AND s.cafenomad_id = i.cafenomad_id AND i.accepted
           AND NOT EXISTS (SELECT FROM incoming_tags w WHERE w.shop_id = t.shop_id AND w.tag_id = t.tag_id)
        RETURNING t.shop_id
    )
    INSERT INTO import_changes SELECT shop_id, 'tags' FROM deleted
"""

_UPDATE_TAGS = """
    WITH updated AS (
        UPDATE shop_tags t SET confidence = w.confidence, evidence = w.evidence, distinctiveness = NULL
          FROM incoming_tags w
         WHERE t.source = 'import' AND t.shop_id = w.shop_id AND t.tag_id = w.tag_id
           AND (t.confidence, t.evidence) IS DISTINCT FROM (w.confidence, w.evidence)
        RETURNING t.shop_id
    )
    INSERT INTO import_changes SELECT shop_id, 'tags' FROM updated
"""

_INSERT_TAGS = """
    WITH inserted AS (
        INSERT INTO shop_tags (shop_id, tag_id, source, confidence, evidence)
        SELECT w.shop_id, w.tag_id, 'import', w.confidence, w.evidence
          FROM incoming_tags w
         WHERE NOT EXISTS (SELECT FROM shop_tags t
                            WHERE t.shop_id = w.shop_id AND t.tag_id = w.tag_id AND t.source = 'import')
        RETURNING shop_id
    )
    INSERT INTO import_changes SELECT shop_id, 'tags' FROM inserted
"""

_COUNT = """
    WITH changes AS (
        SELECT shop_id, bool_or(change = 'inserted') AS inserted, bool_or(change = 'closed') AS closed,
               bool_or(change = 'reopened') AS reopened
          FROM import_changes GROUP BY shop_id
    ), seen AS (SELECT count(*) AS shops FROM incoming_shops WHERE accepted)
    SELECT count(*) FILTER (WHERE inserted),
           count(*) FILTER (WHERE NOT inserted),
           (SELECT shops FROM seen) - count(*),
           (SELECT count(*) FROM incoming_shops WHERE accepted AND closed),
           (SELECT count(*) FROM incoming_shops i JOIN shops s USING (cafenomad_id) JOIN changes c ON c.shop_id = s.id
             WHERE c.inserted AND i.closed) + count(*) FILTER (WHERE closed),
           count(*) FILTER (WHERE reopened),
           (SELECT count(*) FROM shops s WHERE s.source = 'cafenomad'
               AND NOT EXISTS (SELECT FROM incoming_shops i WHERE i.cafenomad_id = s.cafenomad_id)),
           (SELECT count(*) FROM incoming_shops WHERE accepted AND latitude IS NULL)
      FROM changes
"""


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """Shops, except where said. ``updated`` counts shops of which a field or a tag changed."""

    inserted: int
    updated: int
    unchanged: int
    closed: int
    """Whose name in the file says that they are closed."""
    newly_closed: int
    """… and that were not closed before."""
    reopened: int
    not_in_file: int
    """Imported once, and neither accepted nor rejected this time. They stay as they are."""
    without_coordinates: int = 0
    """Whose record has none that can be used."""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


class Staging:
    """The temporary table, while the file is read into it."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._position = 0

    def accept(self, shop: ImportedShop) -> None:
        tags = [
            {
                "tag_id": tag.tag_id,
                "confidence": tag.confidence,
                "evidence": [{"quote": tag.quote, "review_id": None, "field": tag.field}],
            }
            for tag in shop.tags
        ]
        self._write(
            shop.cafenomad_id, True, shop.name, shop.closed, shop.city, shop.district, shop.address, shop.latitude,
            shop.longitude, shop.mrt, shop.website, shop.opening_hours_raw,
            shop.open_minutes.literal if shop.open_minutes else None, _json(shop.attributes), _json(tags),
        )  # fmt: skip

    def reject(self, rejected: Rejected) -> None:
        """Remember the id only: a shop whose record became unusable is still in the file."""
        if rejected.cafenomad_id:
            self._write(rejected.cafenomad_id, False, *[None] * 13)

    def _write(self, *row: object) -> None:
        self._position += 1
        self._copy.write_row((self._position, *row))


@contextmanager
def staging() -> Iterator[Staging]:
    """A fresh temporary table to read a file into. Needs an open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY incoming_shops FROM STDIN") as copy:
            yield Staging(copy)


def second_times() -> Iterable[Rejected]:
    """Take out the records whose id an earlier record of the file has; returns them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON incoming_shops (cafenomad_id); ANALYZE incoming_shops")
        cursor.execute(_SECOND_TIMES)
        return [Rejected(str(id_), name, "the id stands in the file twice") for id_, name in cursor.fetchall()]


def merge() -> MergeCounts:
    """Write what was staged to ``shops`` and ``shop_tags``. Needs the transaction of :func:`staging`."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        for statement in (_INSERT_SHOPS, _UPDATE_SHOPS, _WANTED_TAGS, _DELETE_TAGS, _UPDATE_TAGS, _INSERT_TAGS, _COUNT):
            cursor.execute(statement)
        return MergeCounts(*cursor.fetchone())
