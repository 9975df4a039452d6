"""How much a tag tells of a shop: confidence · ln(live shops / live shops with the tag).

With each new shop that changes a little for every shop. Whoever embeds a shop weighs its own tags; all others follow at
night, so many shops a statement: one statement for all of them ran for 13 s at 50,000 shops, held as many row locks as
there are tags, and was lost as a whole when its job was stopped.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import batched
from typing import Final
from uuid import UUID

from caferoam.jobs.statements import count_of, rows_of

SHOPS_A_STATEMENT: Final = 500

# From the search documents, whose tags are small numbers and already the effective ones.
_RARITIES: Final = """
SELECT tag.id, ln(greatest(1, total.shops / counted.shops::float8))
  FROM (SELECT given.number, count(*) AS shops
          FROM (SELECT unnest(tag_numbers) AS number FROM shop_search WHERE live) AS given
         GROUP BY given.number) AS counted
  JOIN taxonomy_tags AS tag USING (number)
  CROSS JOIN (SELECT count(*)::float8 AS shops FROM shops WHERE status = 'live') AS total
"""
_WEIGH: Final = """
WITH changed AS MATERIALIZED (
    SELECT given.id, fresh.distinctiveness
      FROM shop_tags AS given
      JOIN unnest(%(tag_ids)s::text[], %(rarities)s::float8[]) AS weighed (tag_id, rarity) USING (tag_id)
     CROSS JOIN LATERAL (
          SELECT round((given.confidence * weighed.rarity)::numeric, 3)::float8 AS distinctiveness
      ) AS fresh
     WHERE given.shop_id = ANY (%(shop_ids)s::uuid[])
       AND given.distinctiveness IS DISTINCT FROM fresh.distinctiveness
       FOR NO KEY UPDATE OF given SKIP LOCKED
)
UPDATE shop_tags SET distinctiveness = changed.distinctiveness FROM changed WHERE shop_tags.id = changed.id
"""


def refresh(shop_ids: Collection[UUID]) -> int:
    """Weigh the tags of these shops anew, in one statement, and count those that have changed.

    Those that somebody is writing are left to the job which that will queue: waiting for them could dead-lock.
    """
    return _weigh(shop_ids, _rarities())


def refresh_all(*, shops_a_statement: int = SHOPS_A_STATEMENT) -> Iterator[tuple[int, int, int]]:
    """The same for all shops, some at a time; tells how many of how many are done, and how many tags have changed.

    Outside of a transaction each part is committed at once, and is right by itself: whoever stops listening stops it.
    """
    rarities = _rarities()
    shop_ids = [shop_id for (shop_id,) in rows_of("SELECT id FROM shops ORDER BY id")]
    done = 0
    for some in batched(shop_ids, shops_a_statement):
        changed = _weigh(some, rarities)
        done += len(some)
        yield done, len(shop_ids), changed


def _rarities() -> Mapping[str, float]:
    return dict(rows_of(_RARITIES))


def _weigh(shop_ids: Collection[UUID], rarities: Mapping[str, float]) -> int:
    return count_of(
        _WEIGH,
        {"tag_ids": list(rarities.keys()), "rarities": list(rarities.values()), "shop_ids": list(shop_ids)},
    )
