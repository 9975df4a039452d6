"""How the cosines of a model are to be read, measured on our own cafés before it is searched.

Each model spreads its cosines differently: what is a good hit for one is chance for another. Without a measurement the
part of the score that is meaning would count for too much or too little after a switch.
"""

from typing import Final

from caferoam.jobs.statements import rows_of
from caferoam.providers.embeddings import Embedder
from enrichment import ledger
from enrichment.embedding import vector_literal
from enrichment.reembedding.building import JOB_TYPE
from enrichment.spending import budgets
from shops.search.weights import CALIBRATIONS, Calibration

ENOUGH_SHOPS: Final = 200
"""Of fewer the best hit is hardly better than any."""
SAMPLE_SHOPS: Final = 5_000
QUERIES: Final = (
    "有插座可以工作的安靜咖啡廳",
    "適合讀書的地方",
    "跟朋友聊天，不怕吵",
    "手沖單品咖啡",
    "甜點好吃的下午茶",
    "有店貓的小店",
    "可以帶狗",
    "深夜還開著的咖啡館",
    "老屋改建，有懷舊的感覺",
    "一個人放鬆發呆",
    "座位寬敞，適合開會",
    "戶外座位看風景",
    "早午餐",
    "自家烘焙咖啡豆",
    "便宜大碗",
    "約會氣氛好",
    "quiet place to work with good wifi",
    "cozy café for reading",
    "specialty coffee, single origin",
    "dessert and good music",
    "dog friendly with a terrace",
    "open late, plenty of sockets",
    "old house full of antiques",
    "good for groups and talking",
    "brunch with friends",
)
# Of all pairs the median, and of each query's best the median: see Calibration.
_MEASURE: Final = """
WITH queries AS MATERIALIZED (
    SELECT number, given::vector AS embedding FROM unnest(%(vectors)s::text[]) WITH ORDINALITY AS asked (given, number)
), sample AS MATERIALIZED (
    SELECT embedding FROM shop_embeddings WHERE model = %(model)s ORDER BY shop_id LIMIT %(limit)s
), pairs AS MATERIALIZED (
    SELECT queries.number, -(sample.embedding <#> queries.embedding) AS cosine FROM queries CROSS JOIN sample
)
SELECT (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY cosine) FROM pairs),
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY best.cosine)
          FROM (SELECT max(cosine) AS cosine FROM pairs GROUP BY number) AS best)
"""


def measure(embedder: Embedder, *, enough_shops: int = ENOUGH_SHOPS) -> Calibration | None:
    """Embed some searches and compare them with the vectors that there are of the model.

    None where that tells nothing: with fewer than ``enough_shops``. The calibrations that are part of the code are not
    measured again.

    Raises:
        LaneClosed: the budget is reached.
        ProviderUnavailable, ProviderRefused: from the embedder.
    """
    if embedder.model in CALIBRATIONS:
        return CALIBRATIONS[embedder.model]
    ((shops,),) = rows_of(
        "SELECT count(*) FROM (SELECT FROM shop_embeddings WHERE model = %s LIMIT %s) AS vectors",
        [embedder.model, enough_shops],
    )
    if shops < enough_shops:
        return None
    budgets.check(embedder, purpose=JOB_TYPE)
    made = embedder.embed(QUERIES)
    ledger.note(made.usage, embedder, purpose=JOB_TYPE, items=len(QUERIES))
    vectors = [vector_literal(vector) for vector in made.vectors]
    ((low, high),) = rows_of(_MEASURE, {"vectors": vectors, "model": embedder.model, "limit": SAMPLE_SHOPS})
    return Calibration(low, high) if low < high else None
