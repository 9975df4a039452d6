"""Letting search go over to the model that was built: all of it at once, and only when nothing is lacking."""

from dataclasses import dataclass

from django.db.models.functions import Now

from enrichment.models import EmbeddingModel
from enrichment.reembedding import building
from enrichment.reembedding.active import Status, active, being_built
from enrichment.reembedding.building import BuildingEndedError, Progress, ReembeddingError, nobody_writes_shops
from shops.search.weights import Calibration


@dataclass(frozen=True)
class Switched:
    """What is searched now, and what was until then. ``missing`` live shops have no vector that counts."""

    model: str
    before: str
    missing: int


class NotReadyError(ReembeddingError):
    """Too many shops lack a vector. Nothing was changed."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(f"{progress.open} of {progress.live} cafés lack a vector.")
        self.progress = progress


def switch(model: str, *, calibration: Calibration | None, allow_missing: int = 0) -> Switched:
    """Search by ``model`` from now on, in one transaction in which nobody writes shops.

    The vectors of the model that was searched stay: processes that have not heard of the switch still compare them.

    Raises:
        NotReadyError: more than ``allow_missing`` live shops lack a vector of the model as they are now.
        BuildingEndedError: it is not being built any more.
        ModelsBusyError: try again.
    """
    with nobody_writes_shops():
        row = being_built()
        if row is None or row.model != model:
            raise BuildingEndedError(f"{model} is not being built any more.")
        progress = building.progress(row)
        if progress.open > allow_missing:
            raise NotReadyError(progress)
        before = active()
        EmbeddingModel.objects.filter(model=before.model).update(status=Status.RETIRED, retired_at=Now())
        EmbeddingModel.objects.filter(model=model).update(
            status=Status.ACTIVE,
            activated_at=Now(),
            cosine_low=calibration.low if calibration else None,
            cosine_high=calibration.high if calibration else None,
        )
    return Switched(model, before.model, progress.open)
