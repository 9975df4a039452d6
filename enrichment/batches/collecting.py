"""Collecting the answers to batches.

Each answer is used in a transaction of its own, together with the note of what it cost and its item's new state: killed
anywhere, the next turn goes on with the items that are still pending. What was not answered well is left to the next
backfill, and to the nightly rescue of shops that nobody has described.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from caferoam.providers.errors import ProviderRefused
from caferoam.providers.llm import AnswerUnusable
from caferoam.providers.llm.batches import BatchAnswer, BatchDescriber
from enrichment import ledger, tagging
from enrichment.batches.submitting import give_up
from enrichment.models import LlmBatch, LlmBatchItem
from enrichment.reading import read
from enrichment.spending import budgets

logger = logging.getLogger("enrichment")

SUBMITTED_WITHIN: Final = timedelta(minutes=10)
"""After that, nobody is still busy handing a batch over."""
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_REASON_MAX_LENGTH: Final = 300


def collect(describer: BatchDescriber, *, is_cancelled: Callable[[], bool] = lambda: False) -> None:
    """Use the answers of all batches that are done, and find out what became of those whose handing over broke off.

    Raises:
        ProviderUnavailable, ProviderRefused: from the describer. What was collected before stays so.
    """
    ours = LlmBatch.objects.filter(provider=describer.provider)
    for batch in ours.filter(status=LlmBatch.Status.SUBMITTING, created_at__lt=Now() - SUBMITTED_WITHIN):
        _find(batch, describer)
    for batch in ours.filter(status=LlmBatch.Status.SUBMITTED, vendor_id__isnull=False):
        if is_cancelled():
            return
        if describer.is_answered(batch.vendor_id or ""):
            _collect(batch, describer, is_cancelled)


def _find(batch: LlmBatch, describer: BatchDescriber) -> None:
    """Look whether the vendor has taken a batch whose name we were never told.

    Its answers bear the names of our items, so once they are there it can be told from others.
    """
    names = {str(item_id) for item_id in batch.items.values_list("id", flat=True)}
    listed = describer.submitted_since(batch.created_at - _CLOCKS_DIFFER)
    known = set(LlmBatch.objects.filter(vendor_id__in=listed).values_list("vendor_id", flat=True))
    for candidate in listed:
        if candidate in known:
            continue
        if not describer.is_answered(candidate):
            return  # it may be the one: nothing is given up before that is known
        if any(answer.name in names for answer in describer.answers(candidate)):
            LlmBatch.objects.filter(pk=batch.pk, vendor_id=None).update(
                vendor_id=candidate, status=LlmBatch.Status.SUBMITTED, submitted_at=Now()
            )
            return
    give_up(batch.pk, "The handing over broke off, and the vendor knows nothing of it.")


def _collect(batch: LlmBatch, describer: BatchDescriber, is_cancelled: Callable[[], bool]) -> None:
    ends: Counter[str] = Counter()
    for answer in describer.answers(batch.vendor_id or ""):
        if is_cancelled():
            return
        ends[_use(batch, answer, describer)] += 1
    with transaction.atomic():
        left = batch.items.filter(status=LlmBatchItem.Status.PENDING)
        ends["unanswered"] = left.update(status=LlmBatchItem.Status.ERRORED, reason="the vendor said nothing of it")
        LlmBatch.objects.filter(pk=batch.pk).update(status=LlmBatch.Status.ENDED, ended_at=Now())
        budgets.settle(batch.purpose)  # what was reserved too much is free again
    logger.info("batch %s: %s", batch.vendor_id, ", ".join(f"{count} {end}" for end, count in (+ends).items()))


@transaction.atomic
def _use(batch: LlmBatch, answer: BatchAnswer, describer: BatchDescriber) -> str:
    """Use one answer and say how its item ended; what is not pending, or not ours, is passed over."""
    pending = batch.items.select_for_update().filter(status=LlmBatchItem.Status.PENDING)
    item_id = _item_id(answer.name)
    item = None if item_id is None else pending.filter(pk=item_id).first()
    if item is None:
        return "known already"
    if answer.failure:
        status = LlmBatchItem.Status.EXPIRED if answer.expired else LlmBatchItem.Status.ERRORED
        reason = answer.failure
    else:
        ledger.note(answer.usage, describer, purpose=tagging.PURPOSE)
        status, reason = _describe(item, answer, describer)
    item.status, item.reason = status, reason[:_REASON_MAX_LENGTH]
    item.save(update_fields=["status", "reason"])
    return str(status.value)


def _describe(item: LlmBatchItem, answer: BatchAnswer, describer: BatchDescriber) -> tuple[LlmBatchItem.Status, str]:
    reading = read(item.shop_id)
    if reading is None or reading.input_hash(describer.model) != bytes(item.input_hash):
        return LlmBatchItem.Status.OUTDATED, "the shop has changed since it was handed over"
    if tagging.is_described(reading, describer):
        return LlmBatchItem.Status.OUTDATED, "described meanwhile"
    try:
        decision = tagging.judge(reading, answer.read(reading.request), describer)
        with transaction.atomic():
            tagging.write(reading, decision, describer)
    except (AnswerUnusable, ProviderRefused) as exc:
        return LlmBatchItem.Status.ERRORED, str(exc)
    except tagging.ShopChanged:
        return LlmBatchItem.Status.OUTDATED, "the shop has changed since it was handed over"
    return LlmBatchItem.Status.WRITTEN, ""


def _item_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
