"""The one statement of a search: hard filters first, then every shop that is left is scored exactly.

There is no vector index. Up to some 20,000 survivors an exact scan is fast enough, its recall is 1 by construction, and
tags, names and distances count for all shops rather than for those that a vector found. The CTEs are MATERIALIZED so
that each part is computed once and not again for the sort; wide vectors are read in a step of their own, which yields a
number per shop, so that no join carries them. Values go in as parameters; what is formatted in are pieces of SQL of our
own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shops.filters import DISTANCE_M, ShopFilters, mode_column
from shops.search.understanding import NameQuery
from shops.search.weights import Calibration, Part
from shops.summary import SUMMARY_SQL

PARTS: Final[tuple[Part, ...]] = ("meaning", "tags", "words", "quality", "distance", "mode", "avoided")
LEADING_COLUMNS: Final = ("total", "tag_vector", "distance_m", "name_hit", *PARTS, "score")
"""Of each row; the shop's ``SUMMARY_COLUMNS`` follow."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: behind the shop with these sort keys."""

    name_hit: int
    score: float
    shop_id: str


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """All that the statement depends on. ``wanted`` and ``avoided`` are weights by tag number."""

    filters: ShopFilters
    shares: Mapping[Part, float]
    model: str
    vector: str | None
    calibration: Calibration
    wanted: Mapping[int, float]
    avoided: Mapping[int, float]
    mode: str | None
    name: NameQuery | None
    distance_scale_km: float
    limit: int
    after: Position | None = None


def statement(plan: SearchPlan) -> tuple[str, dict[str, Any]]:
    """SQL and parameters of one page, one row more than ``limit`` to tell whether another follows.

    A row always comes: without a shop its columns are null but for ``total``, how many shops passed the filters.
    """
    condition, parameters = plan.filters.sql()
    parts = {**_tag_parts(plan, parameters), **_shop_parts(plan, parameters)}
    meaning_cte = _meaning(plan, parameters)
    for part, share in plan.shares.items():
        parameters[f"share_{part}"] = share
    score = " + ".join(f"%(share_{part})s::float8 * {part}" for part in PARTS if part in plan.shares)
    parameters["rows"] = plan.limit + 1
    sql = f"""
WITH found AS MATERIALIZED (
    SELECT d.shop_id, d.tag_vector, d.name_normalized, d.quality,
           {f"d.{mode_column(plan.mode)}" if plan.mode else "NULL::float8"} AS mode_score,
           {DISTANCE_M if plan.filters.near else "NULL::float8"} AS distance_m
      FROM shop_search d
     WHERE {condition}
){meaning_cte}, parts AS MATERIALIZED (
    SELECT found.shop_id, found.tag_vector, found.distance_m, {_name_hit(plan, parameters)} AS name_hit,
           {", ".join(f"{parts[part]} AS {part}" for part in PARTS if part != "words")}
      FROM found {"LEFT JOIN cosines USING (shop_id)" if meaning_cte else ""}
), scored AS MATERIALIZED (
    SELECT *, {score} AS score FROM (SELECT *, name_hit::float8 AS words FROM parts) AS parts
), page AS (
    SELECT * FROM scored {_behind(plan.after, parameters)}
     ORDER BY name_hit DESC, score DESC, shop_id LIMIT %(rows)s
)
SELECT counted.total, page.tag_vector::text, page.distance_m, page.name_hit,
       {", ".join(f"page.{part}" for part in PARTS)}, page.score, {SUMMARY_SQL}
  FROM (SELECT count(*) AS total FROM found) AS counted
  LEFT JOIN (page JOIN shops s ON s.id = page.shop_id) ON true
 ORDER BY page.name_hit DESC, page.score DESC, page.shop_id"""  # noqa: S608 - only constants of this module and of filters
    return sql, parameters


def _meaning(plan: SearchPlan, parameters: dict[str, Any]) -> str:
    if plan.vector is None:
        return ""
    parameters |= {
        "model": plan.model,
        "vector": plan.vector,
        "cosine_low": plan.calibration.low,
        "cosine_high": plan.calibration.high,
    }
    # Vectors have unit length, so the inner product is the cosine, in a third of the work.
    return """, cosines AS MATERIALIZED (
    SELECT e.shop_id, -(e.embedding <#> %(vector)s::vector) AS cosine
      FROM shop_embeddings e
     WHERE e.model = %(model)s AND e.shop_id IN (SELECT shop_id FROM found)
)"""


def _tag_parts(plan: SearchPlan, parameters: dict[str, Any]) -> dict[Part, str]:
    parts: dict[Part, str] = {"tags": "0::float8", "avoided": "0::float8"}
    if plan.wanted:
        parts["tags"] = "least(1, -(found.tag_vector <#> %(wanted)s::sparsevec) / %(wanted_weight)s::float8)"
        parameters |= {"wanted": _sparse(plan.wanted), "wanted_weight": sum(plan.wanted.values())}
    if plan.avoided:
        parts["avoided"] = "-(found.tag_vector <#> %(avoided)s::sparsevec)"
        parameters["avoided"] = _sparse(plan.avoided)
    return parts


def _shop_parts(plan: SearchPlan, parameters: dict[str, Any]) -> dict[Part, str]:
    parts: dict[Part, str] = {
        "meaning": "0::float8",
        "quality": "found.quality",
        "distance": "0::float8",
        "mode": "coalesce(found.mode_score, 0)",
    }
    if plan.vector is not None:
        parts["meaning"] = (
            "coalesce(least(1, greatest(0, (cosines.cosine - %(cosine_low)s::float8)"
            " / (%(cosine_high)s::float8 - %(cosine_low)s::float8))), 0)"
        )
    if plan.filters.near is not None:
        parts["distance"] = "exp(-found.distance_m / %(distance_scale_m)s::float8)"
        parameters["distance_scale_m"] = plan.distance_scale_km * 1000
    return parts


def _name_hit(plan: SearchPlan, parameters: dict[str, Any]) -> str:
    if plan.name is None:
        return "0"
    parameters |= {"name_whole": plan.name.whole, "name_content": plan.name.content_length}
    tests = ["found.name_normalized = %(name_whole)s"]
    for number, piece in enumerate(plan.name.pieces):
        parameters[f"name_piece_{number}"] = piece
        tests.append(f"strpos(found.name_normalized, %(name_piece_{number})s) > 0")
    if plan.name.remainder:
        parameters["name_remainder"] = f" {plan.name.remainder} "
        # CASE, so that the dear tests run for the few names that stand in the text. A Latin name must be whole words.
        tests.append("""CASE WHEN strpos(%(name_remainder)s, found.name_normalized) > 0
                THEN octet_length(found.name_normalized) >= 4
                     AND char_length(found.name_normalized) * 2 >= %(name_content)s::int
                     AND (ascii(found.name_normalized) > 591
                          OR strpos(%(name_remainder)s, ' ' || found.name_normalized || ' ') > 0)
                ELSE false END""")
    return f"({' OR '.join(tests)})::int"


def _behind(position: Position | None, parameters: dict[str, Any]) -> str:
    if position is None:
        return ""
    parameters |= {
        "after_hit": position.name_hit,
        "after_score": position.score,
        "after_id": position.shop_id,
    }
    return """
     WHERE name_hit < %(after_hit)s::int OR (name_hit = %(after_hit)s::int
       AND (score < %(after_score)s::float8 OR (score = %(after_score)s::float8 AND shop_id > %(after_id)s::uuid)))"""


def _sparse(weights: Mapping[int, float]) -> str:
    return "{" + ",".join(f"{number}:{weight:g}" for number, weight in sorted(weights.items())) + "}/1024"


def leading(row: Sequence[Any]) -> dict[str, Any]:
    """The leading columns of a row by name."""
    return dict(zip(LEADING_COLUMNS, row[: len(LEADING_COLUMNS)], strict=True))
