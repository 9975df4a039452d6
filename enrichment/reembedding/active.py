"""Which model is searched: a row of the database, so that all processes change over together, and without a restart.

The settings say only what a fresh database begins with.
"""

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now

from caferoam.providers.embeddings import Embedder, chosen, embedder_of, load_embedder
from caferoam.providers.errors import ProviderUnavailable
from enrichment.models import EmbeddingModel
from shops.search.searched import difference

logger = logging.getLogger("enrichment")

Status = EmbeddingModel.Status


def active() -> EmbeddingModel:
    """The model that is searched. Where there is none yet, it is from now on the one that the settings choose."""
    return _found(Status.ACTIVE) or _begin()


def being_built() -> EmbeddingModel | None:
    """The model that is to be searched next."""
    return _found(Status.BUILDING)


def _found(status: EmbeddingModel.Status) -> EmbeddingModel | None:
    return EmbeddingModel.objects.filter(status=status).first()


def _begin() -> EmbeddingModel:
    provider, model = chosen()
    with transaction.atomic():
        lock_models()
        if (found := _found(Status.ACTIVE)) is not None:  # another process was faster
            return found
        EmbeddingModel.objects.update_or_create(
            model=model,
            defaults={"provider": provider, "status": Status.ACTIVE, "activated_at": Now(), "retired_at": None},
        )
        return EmbeddingModel.objects.get(model=model)


def lock_models() -> None:
    """Let nobody else change the models before the transaction ends. Reading them, and storing vectors, goes on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE embedding_models IN SHARE ROW EXCLUSIVE MODE")


def embedder_for(model: EmbeddingModel) -> Embedder:
    """The embedder of this model.

    Raises:
        ProviderUnavailable: this process's settings lack what it needs. Jobs wait until they have it.
    """
    try:
        return embedder_of(model.provider, model.model)
    except ImproperlyConfigured as exc:
        raise ProviderUnavailable(str(exc)) from exc


def disagreement() -> str | None:
    """What operators should know where the settings choose another model than the one that is searched."""
    searched = _found(Status.ACTIVE)
    return None if searched is None else difference(searched.provider, searched.model)


def load_searched() -> None:
    """For a worker that is about to fork: load the model that is searched, if it can be. Says if another is chosen.

    Without the database it is the one that the settings choose.
    """
    try:
        row = active()
        if (told := disagreement()) is not None:
            logger.warning(told)
        searched = (row.provider, row.model)
    except (DatabaseError, InterfaceError):
        searched = chosen()
    finally:
        connection.close()  # it cannot be shared with what is forked
    try:
        load_embedder(*searched)
    except ImproperlyConfigured as exc:
        logger.error("No café can be embedded here: %s", exc)  # noqa: TRY400 - the message says it all
