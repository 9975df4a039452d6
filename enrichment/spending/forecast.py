"""What a backfill is likely to cost, told before it starts.

What the ledger shows of the same work by the same model is the best guide. Where it shows too little, the requests of a
few of the shops are made as they would be sent, and measured. Either way a few shops tell which share has changed at
all: the others cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet, Sum
from django.utils import timezone

from caferoam.providers.embeddings import Embedder
from caferoam.providers.estimates import DescribeEstimator, EmbedEstimator
from caferoam.providers.llm import Describer
from caferoam.providers.usage import NOTHING, Usage
from enrichment import embedding, tagging
from enrichment.models import LlmDailySpend
from enrichment.reading import Reading, read
from enrichment.spending import budgets
from enrichment.spending.budgets import Standing
from shops.models import Shop

SAMPLE: Final = 60
"""Shops that are looked at; their ids are random, so the first ones are as good as any."""
LATELY: Final = timedelta(days=30)
ENOUGH: Final = 20
"""Answers of which a mean says something."""
RESERVE: Final = Decimal("1.25")


@dataclass(frozen=True)
class Forecast:
    """``shops`` are all that it is about, ``to_ask`` those of them that have something new to tell.

    ``usage`` is what those take together, ``batch_usd`` what they cost in batches, None where there are none.
    ``is_measured`` says that the ledger told it.
    """

    purpose: str
    shops: int
    to_ask: int
    usage: Usage
    batch_usd: Decimal | None
    is_measured: bool
    standing: Standing

    def usd(self, *, batch: bool) -> Decimal:
        """What it costs in the one way or the other."""
        return self.batch_usd if batch and self.batch_usd is not None else self.usage.usd

    @property
    def tokens(self) -> int:
        return self.usage.tokens_in + self.usage.tokens_out


def of_describing(shops: QuerySet[Shop], describer: Describer, *, limit: int | None = None) -> Forecast:
    """What describing these shops will cost."""
    total, sample = _sample(shops, limit)
    readings = [reading for shop in sample if (reading := read(shop.pk)) is not None]
    asked = [reading for reading in readings if not _costs_nothing(reading, describer)]
    to_ask = _share(total, len(asked), len(readings))
    purpose = tagging.PURPOSE
    if not isinstance(describer, DescribeEstimator) or not to_ask:
        return Forecast(purpose, total, to_ask, NOTHING, None, False, budgets.standing_of(purpose))
    mean = _mean_lately(purpose, describer)
    if mean:
        tokens = _times(mean, to_ask)
        batch_usd = describer.price(tokens, batch=True)
    else:
        tokens = _times(_sum([describer.estimate(reading.request) for reading in asked]), to_ask, of=len(asked))
        in_batches = [describer.estimate(reading.request, batch=True).usd for reading in asked]
        batch_usd = sum(in_batches, Decimal(0)) * to_ask / max(len(asked), 1)
    return Forecast(
        purpose,
        total,
        to_ask,
        Usage(tokens.tokens_in, tokens.tokens_out, tokens.tokens_cached, describer.price(tokens)),
        batch_usd,
        mean is not None,
        budgets.standing_of(purpose),
    )


def to_reserve(describer: DescribeEstimator, *, at_most: Decimal, mean: Usage | None) -> Decimal:
    """What is set aside for one shop of a batch: what the ledger shows and a quarter, or its estimate."""
    if mean is None:
        return at_most
    return min(at_most, describer.price(mean, batch=True) * RESERVE)


def mean_of_describing(describer: Describer) -> Usage | None:
    """What one description has taken lately, in tokens; None where the ledger shows too little."""
    mean = _mean_lately(tagging.PURPOSE, describer)
    return _times(mean, 1) if mean else None


def of_embedding(
    shops: QuerySet[Shop], embedder: Embedder, *, limit: int | None = None, purpose: str = embedding.PURPOSE
) -> Forecast:
    """What embedding these shops will cost, whichever model is searched."""
    total, sample = _sample(shops, limit)
    documents = embedding.read_documents([shop.pk for shop in sample], embedder.model)
    asked = embedding.outdated(documents, embedder.model)
    to_ask = _share(total, len(asked), len(documents))
    if not isinstance(embedder, EmbedEstimator) or not to_ask:
        return Forecast(purpose, total, to_ask, NOTHING, None, False, budgets.standing_of(purpose))
    mean = _mean_lately(purpose, embedder)
    estimated = embedder.estimate([document.text for document in asked])
    tokens = _times(mean, to_ask) if mean else _times(_exactly(estimated), to_ask, of=len(asked))
    usage = Usage(tokens.tokens_in, 0, 0, embedder.price(tokens))
    return Forecast(purpose, total, to_ask, usage, None, mean is not None, budgets.standing_of(purpose))


@dataclass(frozen=True)
class _Tokens:
    """Counts, not whole ones."""

    tokens_in: float
    tokens_out: float
    tokens_cached: float


def _costs_nothing(reading: Reading, describer: Describer) -> bool:
    return tagging.is_described(reading, describer) or tagging.is_awaited(reading, describer)


def _sample(shops: QuerySet[Shop], limit: int | None) -> tuple[int, Sequence[Shop]]:
    count = shops.count()
    total = count if limit is None else min(count, limit)
    return total, list(shops.only("pk")[: min(SAMPLE, total)])


def _share(total: int, found: int, looked_at: int) -> int:
    """How many of all that is. None of a sample may still be some of the rest."""
    if not looked_at:
        return 0
    if looked_at < total:
        found = max(found, 1)
    return -(-total * found // looked_at)


def _mean_lately(purpose: str, asked: Describer | Embedder) -> _Tokens | None:
    """What one answer has taken lately, those that were of no use shared out among the others."""
    sums = LlmDailySpend.objects.filter(
        purpose=purpose, provider=asked.provider, model=asked.model, day__gte=timezone.localdate() - LATELY
    ).aggregate(*(Sum(name) for name in ("items", "tokens_in", "tokens_out", "tokens_cached")))
    items = sums["items__sum"] or 0
    if items < ENOUGH:
        return None
    return _Tokens(sums["tokens_in__sum"] / items, sums["tokens_out__sum"] / items, sums["tokens_cached__sum"] / items)


def _sum(estimates: Sequence[Usage]) -> _Tokens:
    return _Tokens(
        sum(one.tokens_in for one in estimates),
        sum(one.tokens_out for one in estimates),
        sum(one.tokens_cached for one in estimates),
    )


def _exactly(usage: Usage) -> _Tokens:
    return _Tokens(usage.tokens_in, usage.tokens_out, usage.tokens_cached)


def _times(tokens: _Tokens, count: int, *, of: int = 1) -> Usage:
    factor = count / max(of, 1)
    return Usage(
        round(tokens.tokens_in * factor), round(tokens.tokens_out * factor), round(tokens.tokens_cached * factor)
    )
