"""Describing one shop: read, ask, decide, write.

No transaction is open while the describer thinks. What it said is written only if the shop is still the one that was
read: otherwise ``ShopChanged`` is raised and the caller reads again.
"""

import json
import logging
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from caferoam.jobs import JobRun
from caferoam.providers.llm import AnswerUnusable, DescribedTag, Describer, Description
from caferoam.providers.llm.batches import BatchDescriber
from enrichment import ledger
from enrichment.decision import Decision, decide, writable
from enrichment.models import LlmBatchItem
from enrichment.reading import Reading, read
from enrichment.spending import budgets
from enrichment.staleness import STALE_AFTER
from shops.models import Shop, ShopTag

logger = logging.getLogger("enrichment")

MACHINE_SOURCES: Final = {"offline": ShopTag.Source.OFFLINE}
"""Provider -> whose word its tags are; every other provider is a language model."""
PURPOSE: Final = "enrich_shop"
_READINGS: Final = 3
_MACHINES: Final = [ShopTag.Source.OFFLINE.value, ShopTag.Source.LLM.value]


class ShopChanged(Exception):
    """The shop is no longer the one that was read. Read it again."""


class DescriptionUnusable(Exception):
    """The describer was paid and said nothing that can be used. Another attempt may do better, and counts."""


def describe_shop(run: JobRun, shop_id: UUID, describer: Describer) -> None:
    """Describe a shop as it is now, unless just that was described already or a batch asks it, and complete the job.

    Raises:
        ShopChanged: it kept changing while the describer thought.
        DescriptionUnusable: from ``ask``.
        ProviderUnavailable, ProviderRefused: from the describer.
        LeaseLost: the job was taken away; nothing was written.
    """
    for readings_left in reversed(range(_READINGS)):
        reading = read(shop_id)
        if reading is None:
            return
        if is_described(reading, describer):
            confirm(reading)
            return
        if is_awaited(reading, describer):
            return
        decision = ask(reading, describer, job_id=run.id)
        try:
            with run.completing():
                write(reading, decision, describer)
        except ShopChanged:
            if not readings_left:
                raise
        else:
            return


def is_described(reading: Reading, describer: Describer) -> bool:
    """Whether this describer has answered for exactly this input already."""
    return reading.described_as == reading.input_hash(describer.model)


def is_awaited(reading: Reading, describer: Describer) -> bool:
    """Whether a batch holds exactly this question, so that asking it here would pay for it twice."""
    return (
        isinstance(describer, BatchDescriber)
        and LlmBatchItem.objects.filter(
            shop_id=reading.shop_id, input_hash=reading.input_hash(describer.model), status=LlmBatchItem.Status.PENDING
        ).exists()
    )


def ask(reading: Reading, describer: Describer, *, job_id: UUID | None = None) -> Decision:
    """Ask the describer, note what that cost, and decide what to make of it.

    The cost is noted at once, in a transaction of its own: it is spent, whatever becomes of the answer.

    Raises:
        DescriptionUnusable: the answer cannot be used.
        LaneClosed: the budget is reached.
        ProviderUnavailable, ProviderRefused: from the describer.
    """
    budgets.check(describer, purpose=PURPOSE)
    try:
        description = describer.describe(reading.request)
    except AnswerUnusable as exc:
        ledger.note(exc.usage, describer, purpose=PURPOSE, job_id=job_id, items=0)
        raise DescriptionUnusable(str(exc)) from exc
    ledger.note(description.usage, describer, purpose=PURPOSE, job_id=job_id)
    return judge(reading, description, describer)


def judge(reading: Reading, description: Description, describer: Describer) -> Decision:
    """Decide what to make of an answer, and log what of it is dropped."""
    decision = decide(reading, description)
    if decision.dropped:
        logger.warning(
            "shop %s: dropped from the answer of %s: %s",
            reading.shop_id,
            describer.model,
            ", ".join(f"{count} {reason}" for reason, count in decision.dropped.items()),
        )
    return decision


def write(reading: Reading, decision: Decision, describer: Describer) -> None:
    """Make the decision the shop's, within the caller's transaction. A shop that is gone or not live is left alone.

    Raises:
        ShopChanged: nothing was written.
    """
    shop = Shop.objects.select_for_update(no_key=True).live().filter(pk=reading.shop_id).first()
    if shop is None:
        return
    if not reading.is_current(shop):
        raise ShopChanged
    modes = decision.modes
    machine_written = {
        "summary_zh": decision.summary_zh,
        "summary_en": decision.summary_en,
        "mode_work": modes and modes.work,
        "mode_rest": modes and modes.rest,
        "mode_social": modes and modes.social,
    }
    _write_tags(reading.shop_id, decision.tags, MACHINE_SOURCES.get(describer.provider, ShopTag.Source.LLM))
    Shop.objects.filter(pk=reading.shop_id).update(
        enriched_at=Now(),
        enriched_model=describer.model,
        enrichment_input_hash=reading.input_hash(describer.model),
        **{name: machine_written[name] for name in writable(machine_written, shop.locked_fields)},
    )


def confirm(reading: Reading) -> None:
    """Note that a stale description was looked at and still holds, so that the sweep turns to other shops.

    A fresh one is left alone: the same input writes nothing.
    """
    Shop.objects.live().filter(pk=reading.shop_id, enriched_at__lt=Now() - STALE_AFTER).update(enriched_at=Now())


def _write_tags(shop_id: UUID, tags: tuple[DescribedTag, ...], source: ShopTag.Source) -> None:
    """Bring the machine's rows in line; rows that stay as they are, and other sources' rows, are not touched.

    All machines' rows count as one set: what the rules once said does not stand beside what a model says now.
    """
    rows = [
        {
            "tag_id": tag.id,
            "confidence": tag.confidence,
            "evidence": [
                {"quote": one.quote, "review_id": one.review_id and str(one.review_id), "field": one.field}
                for one in tag.evidence
            ],
        }
        for tag in sorted(tags, key=lambda tag: tag.id)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM shop_tags"
            " WHERE shop_id = %s AND source = ANY (%s) AND NOT (source = %s AND tag_id = ANY (%s))",
            [shop_id, _MACHINES, source.value, [tag.id for tag in tags]],
        )
        # A tag that was retired since it was read is left out by the join.
        cursor.execute(
            """
            INSERT INTO shop_tags AS present (shop_id, tag_id, source, confidence, evidence)
            SELECT %s, given.tag_id, %s, given.confidence, given.evidence
              FROM jsonb_to_recordset(%s::jsonb) AS given (tag_id text, confidence float8, evidence jsonb)
              JOIN taxonomy_tags AS tag ON tag.id = given.tag_id
             ORDER BY given.tag_id
            ON CONFLICT (shop_id, tag_id, source) DO UPDATE
               SET confidence = excluded.confidence, evidence = excluded.evidence
             WHERE (present.confidence, present.evidence) IS DISTINCT FROM (excluded.confidence, excluded.evidence)
            """,
            [shop_id, source.value, json.dumps(rows)],
        )
