"""What every call to a model cost."""

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from caferoam.providers.embeddings import Embedder
from caferoam.providers.llm import Describer, MenuReader
from caferoam.providers.usage import Usage
from enrichment.models import LlmUsage
from enrichment.spending import budgets


def note(
    usage: Usage,
    asked: Describer | Embedder | MenuReader,
    *,
    purpose: str,
    job_id: UUID | None = None,
    items: int = 1,
) -> None:
    """Write down what an answer cost, whatever becomes of it, and pause the lane if that was the last of its budget.

    ``purpose`` is the job type whose work it was; ``items`` are the shops, photos or texts that were answered for, none
    if the answer was of no use.
    """
    with transaction.atomic():
        LlmUsage.objects.create(
            provider=asked.provider, model=asked.model, purpose=purpose, job_id=job_id, items=items, **asdict(usage)
        )
        if usage.usd:
            budgets.settle(purpose)
