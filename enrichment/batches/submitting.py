"""Handing shops to the vendor in batches.

A batch and its items are written down before the vendor is called, and for each row the vendor is called once at most.
Whoever is killed in between leaves a row that says ``submitting``; whether the vendor has taken that batch is found out
when answers are collected. Until then the database lets none of its shops into another batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
from enrichment.tagging import PURPOSE, is_described
from shops.models import Shop

CHUNK: Final = 200
"""Shops in a batch. The vendor takes far more; so many are held in memory."""


@dataclass(frozen=True)
class Chunk:
    """How many shops were looked at, and how many of them handed over."""

    looked_at: int
    handed_over: int


def submit(shops: QuerySet[Shop], describer: BatchDescriber, *, limit: int | None = None) -> Iterator[Chunk]:
    """Hand the shops over, batch after batch, but for those that are described, or wait in a batch, as they are now.

    ``shops`` are ordered by id; ``limit`` bounds those looked at.

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
        yield Chunk(len(shop_ids), _submit(asked, describer))


def _submit(readings: list[Reading], describer: BatchDescriber) -> int:
    batch, requests = _write_down(readings, describer)
    if batch is None:
        return 0
    try:
        vendor_id = describer.submit(requests)
    except ProviderRefused as exc:
        give_up(batch, str(exc))
        raise
    LlmBatch.objects.filter(pk=batch).update(vendor_id=vendor_id, status=LlmBatch.Status.SUBMITTED, submitted_at=Now())
    return len(requests)


@transaction.atomic
def _write_down(readings: list[Reading], describer: BatchDescriber) -> tuple[UUID | None, dict[str, DescribeRequest]]:
    """A batch of those that wait in no other, committed; None if that leaves nobody."""
    if not readings:
        return None, {}
    batch = LlmBatch.objects.create(provider=describer.provider, model=describer.model, purpose=PURPOSE)
    by_item = {uuid4(): reading for reading in readings}
    LlmBatchItem.objects.bulk_create(
        [
            LlmBatchItem(
                id=item_id, batch=batch, shop_id=reading.shop_id, input_hash=reading.input_hash(describer.model)
            )
            for item_id, reading in by_item.items()
        ],
        ignore_conflicts=True,
    )
    taken = LlmBatchItem.objects.filter(batch=batch).values_list("id", flat=True)
    requests = {str(item_id): by_item[item_id].request for item_id in taken}
    if not requests:
        batch.delete()
        return None, {}
    return batch.pk, requests


@transaction.atomic
def give_up(batch: UUID, why: str) -> None:
    """Note that a batch was never taken, and let its shops go."""
    LlmBatch.objects.filter(pk=batch).update(status=LlmBatch.Status.FAILED, ended_at=Now(), last_error=why)
    LlmBatchItem.objects.filter(batch_id=batch, status=LlmBatchItem.Status.PENDING).update(
        status=LlmBatchItem.Status.ERRORED, reason="its batch was never taken"
    )
