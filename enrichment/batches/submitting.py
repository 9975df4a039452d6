"""Handing shops to the vendor in batches.

A batch and its items are written down before the vendor is called, and for each row the vendor is called once at most.
Whoever is killed in between leaves a row that says ``submitting``; whether the vendor has taken that batch is found out
when answers are collected. Until then the database lets none of its shops into another batch.

What a batch is likely to cost is reserved of the budget until it is collected; what would go beyond is not handed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from caferoam.providers.errors import ProviderRefused
from caferoam.providers.llm import DescribeRequest
from caferoam.providers.llm.batches import BatchDescriber
from enrichment.models import LlmBatch, LlmBatchItem
from enrichment.reading import Reading, read
from enrichment.spending import budgets, forecast
from enrichment.tagging import PURPOSE, is_described
from shops.models import Shop

CHUNK: Final = 200
"""Shops in a batch. The vendor takes far more; so many are held in memory."""


@dataclass(frozen=True)
class Chunk:
    """How many shops were looked at, how many of them handed over, and how many not because the budget is too small."""

    looked_at: int
    handed_over: int
    beyond_budget: int = 0


def submit(shops: QuerySet[Shop], describer: BatchDescriber, *, limit: int | None = None) -> Iterator[Chunk]:
    """Hand the shops over, batch after batch, but for those that are described, or wait in a batch, as they are now.

    ``shops`` are ordered by id; ``limit`` bounds those looked at. Ends with the chunk in which the budget is used up.

    Raises:
        ProviderUnavailable, ProviderRefused: from the describer. What was handed over before stays so.
    """
    left = limit
    last: UUID | None = None
    while left is None or left > 0:
        beyond = shops if last is None else shops.filter(id__gt=last)
        shop_ids = list(beyond.values_list("id", flat=True)[: CHUNK if left is None else min(CHUNK, left)])
        if not shop_ids:
            return
        last = shop_ids[-1]
        left = None if left is None else left - len(shop_ids)
        readings = [reading for shop_id in shop_ids if (reading := read(shop_id)) is not None]
        asked = [reading for reading in readings if not is_described(reading, describer)]
        handed_over, beyond_budget = _submit(asked, describer)
        yield Chunk(len(shop_ids), handed_over, beyond_budget)
        if beyond_budget:
            return


def _submit(readings: list[Reading], describer: BatchDescriber) -> tuple[int, int]:
    batch, requests, beyond_budget = _write_down(readings, describer)
    if batch is None:
        return 0, beyond_budget
    try:
        vendor_id = describer.submit(requests)
    except ProviderRefused as exc:
        give_up(batch, str(exc))
        raise
    LlmBatch.objects.filter(pk=batch).update(vendor_id=vendor_id, status=LlmBatch.Status.SUBMITTED, submitted_at=Now())
    return len(requests), beyond_budget


@transaction.atomic
def _write_down(
    readings: list[Reading], describer: BatchDescriber
) -> tuple[UUID | None, dict[str, DescribeRequest], int]:
    """A batch of those that wait in no other and that the budget allows, committed; None if that leaves nobody.

    And how many are left because of the budget. It is locked until then, so that two who hand over at the same time do
    not both take what is left of it.
    """
    if not readings:
        return None, {}, 0
    left_usd = budgets.hold(PURPOSE)
    batch = LlmBatch.objects.create(provider=describer.provider, model=describer.model, purpose=PURPOSE)
    by_item = {uuid4(): reading for reading in readings}
    mean = forecast.mean_of_describing(describer)
    LlmBatchItem.objects.bulk_create(
        [
            LlmBatchItem(
                id=item_id,
                batch=batch,
                shop_id=reading.shop_id,
                input_hash=reading.input_hash(describer.model),
                estimated_usd=forecast.to_reserve(
                    describer, at_most=describer.estimate(reading.request, batch=True).usd, mean=mean
                ),
            )
            for item_id, reading in by_item.items()
        ],
        ignore_conflicts=True,
    )
    taken = list(LlmBatchItem.objects.filter(batch=batch).order_by("shop_id").values_list("id", "estimated_usd"))
    fits = sum(1 for total in accumulate(usd for _, usd in taken) if left_usd is None or total <= left_usd)
    beyond = [item_id for item_id, _ in taken[fits:]]
    LlmBatchItem.objects.filter(pk__in=beyond).delete()
    if not fits:
        batch.delete()
        return None, {}, len(beyond)
    return batch.pk, {str(item_id): by_item[item_id].request for item_id, _ in taken[:fits]}, len(beyond)


@transaction.atomic
def give_up(batch: UUID, why: str) -> None:
    """Note that a batch was never taken, and let its shops go."""
    LlmBatch.objects.filter(pk=batch).update(status=LlmBatch.Status.FAILED, ended_at=Now(), last_error=why)
    LlmBatchItem.objects.filter(batch_id=batch, status=LlmBatchItem.Status.PENDING).update(
        status=LlmBatchItem.Status.ERRORED, reason="its batch was never taken"
    )
    budgets.settle(PURPOSE)
