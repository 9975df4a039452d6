"""What every call to a model cost."""

from dataclasses import asdict
from uuid import UUID

from caferoam.providers.embeddings import Embedder
from caferoam.providers.llm import Describer, MenuReader
from caferoam.providers.usage import Usage
from enrichment.models import LlmUsage


def note(usage: Usage, asked: Describer | Embedder | MenuReader, *, purpose: str, job_id: UUID | None = None) -> None:
    """Write down what an answer cost, whatever becomes of it. ``purpose`` is the job type whose work it was."""
    LlmUsage.objects.create(provider=asked.provider, model=asked.model, purpose=purpose, job_id=job_id, **asdict(usage))
