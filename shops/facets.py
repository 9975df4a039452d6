"""How many shops each further choice would leave: the counts that stand beside the directory's filters.

A count says how many shops the same query would find with that value in its filter's place, so a city is counted as if
no city were chosen, a mode as if no mode were. Tags add up, so each is counted among the shops that pass all filters,
and so is being open now.

One statement, one pass: the shops that pass what is common to all counts are read once, each with the answers to the
filters that some count leaves out. It costs about as much as reading those shops, whatever the page shows of them, so
it is done only when asked for.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from shops.filters import MODES, ShopFilters
from shops.search.vocabulary import Vocabulary


def shop_facets(filters: ShopFilters, *, now: datetime, vocabulary: Vocabulary) -> dict[str, object]:
    """The counts under these filters, in one statement. Cities, districts and tags that no shop has are left out."""
    sql, parameters = statement(filters, now=now)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[str, str, str, int, int]] = cursor.fetchall()
    single = {(facet, name): count for facet, name, _, _, count in rows}
    tags = ((vocabulary.by_number.get(number), count) for facet, _, _, number, count in rows if facet == "tag")
    return {
        "total": single["total", ""],
        "open_now": single["open_now", ""],
        "cities": [{"city": city, "count": count} for facet, city, _, _, count in rows if facet == "city"],
        "districts": [
            {"city": city, "district": district, "count": count}
            for facet, city, district, _, count in rows
            if facet == "district"
        ],
        # A tag too new for this process's vocabulary is left out for some seconds.
        "tags": [{"id": tag.id, "count": count} for tag, count in tags if tag is not None],
        "modes": {mode: single.get(("mode", mode), 0) for mode in MODES},
    }


def statement(filters: ShopFilters, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """SQL and parameters. Rows are facet, name, district, tag's number and count, the largest counts first."""
    common, parameters = replace(filters, city="", district="", mode=None).sql()
    in_city, city = ShopFilters(city=filters.city).sql()
    in_district, district = ShopFilters(district=filters.district).sql()
    is_open, minute = ShopFilters(open_now=filters.open_now or now).sql()
    fits = ", ".join(f"coalesce({ShopFilters(mode=mode).sql()[0]}, false) AS fits_{mode}" for mode in MODES)
    in_mode = f"fits_{filters.mode}" if filters.mode else "true"
    by_mode = ", ".join(f"('{mode}', fits_{mode})" for mode in MODES)
    sql = f"""
WITH found AS MATERIALIZED (
    SELECT d.city, d.district, d.tag_numbers, ({in_city}) AS in_city, ({in_district}) AS in_district, {fits},
           coalesce({is_open}, false) AS is_open
      FROM shop_search d
     WHERE {common}
), passing AS (
    SELECT * FROM found WHERE in_city AND in_district AND {in_mode}
), counted (facet, name, district, number, shops) AS (
    SELECT 'total', '', '', 0, count(*) FROM passing
    UNION ALL SELECT 'open_now', '', '', 0, count(*) FILTER (WHERE is_open) FROM passing
    UNION ALL SELECT 'mode', mode, '', 0, count(*)
                FROM found, LATERAL (VALUES {by_mode}) AS modes (mode, fits)
               WHERE in_city AND in_district AND fits GROUP BY mode
    UNION ALL SELECT 'city', city, '', 0, count(*) FROM found
               WHERE in_district AND {in_mode} AND city <> '' GROUP BY city
    UNION ALL SELECT 'district', city, district, 0, count(*) FROM found
               WHERE in_city AND {in_mode} AND city <> '' AND district <> '' GROUP BY city, district
    UNION ALL SELECT 'tag', '', '', number, count(*) FROM passing, unnest(tag_numbers) AS number GROUP BY number
)
SELECT * FROM counted ORDER BY shops DESC, name, district, number"""  # noqa: S608 - only constants of this module and of filters
    return sql, {**parameters, **city, **district, **minute}
