"""Embedding models: one protocol, one module per vendor, chosen by ``EMBEDDINGS_PROVIDER``."""

from functools import cache
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.embeddings.checks import configured, ping
from caferoam.providers.embeddings.protocol import DIMENSIONS, Embedded, Embedder, Loadable, Vector, Vectors

__all__ = [
    "DIMENSIONS",
    "Embedded",
    "Embedder",
    "Vector",
    "Vectors",
    "chosen",
    "configured",
    "embedder_of",
    "get_embedder",
    "load_embedder",
    "ping",
]

OFFLINE_MODEL: Final = "use-multilingual-3"
"""The only one that the offline embedder has."""


def chosen() -> tuple[str, str]:
    """Provider and model that the settings choose. Loads neither."""
    provider = settings.EMBEDDINGS_PROVIDER
    return provider, settings.OPENAI_EMBEDDING_MODEL if provider == "openai" else OFFLINE_MODEL


def get_embedder() -> Embedder:
    """The embedder that the settings choose; one for the whole process."""
    return embedder_of(*chosen())


def load_embedder(provider: str, model: str) -> None:
    """For a process that is about to fork: load what its children would each load for themselves.

    Raises:
        ImproperlyConfigured: as ``embedder_of``.
    """
    embedder = embedder_of(provider, model)
    if isinstance(embedder, Loadable):
        embedder.load()


@cache
def embedder_of(provider: str, model: str) -> Embedder:
    """The embedder whose ``provider`` and ``model`` are these; one for the whole process.

    Raises:
        ImproperlyConfigured: there is no such provider, it has no such model, or it lacks a setting, which is named.
    """
    if provider == "offline":
        from caferoam.providers.embeddings.offline import OfflineEmbedder  # noqa: PLC0415 - it brings numpy

        if model != OFFLINE_MODEL:
            raise ImproperlyConfigured(f"The offline embedder has no model {model!r}, only {OFFLINE_MODEL!r}.")
        return OfflineEmbedder()
    if provider == "openai":
        from caferoam.providers.embeddings.openai import OpenAIEmbedder  # noqa: PLC0415 - it brings the SDK, some 25 MB

        return OpenAIEmbedder(model)
    raise ImproperlyConfigured(f"There is no embedder {provider!r}. EMBEDDINGS_PROVIDER may be offline or openai.")
