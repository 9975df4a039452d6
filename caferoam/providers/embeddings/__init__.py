"""Embedding models: one protocol, one module per vendor, chosen by ``EMBEDDINGS_PROVIDER``."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.embeddings.protocol import DIMENSIONS, Embedded, Embedder, Loadable, Vector, Vectors

__all__ = ["DIMENSIONS", "Embedded", "Embedder", "Vector", "Vectors", "get_embedder", "load_embedder"]


def get_embedder() -> Embedder:
    """The embedder that the settings choose; one for the whole process."""
    return _embedder(settings.EMBEDDINGS_PROVIDER)


def load_embedder() -> None:
    """For a process that is about to fork: load what its children would each load for themselves."""
    embedder = get_embedder()
    if isinstance(embedder, Loadable):
        embedder.load()


@cache
def _embedder(name: str) -> Embedder:
    if name == "offline":
        from caferoam.providers.embeddings.offline import OfflineEmbedder  # noqa: PLC0415 - it brings numpy

        return OfflineEmbedder()
    raise ImproperlyConfigured(f"EMBEDDINGS_PROVIDER names no embedder: {name!r}.")
