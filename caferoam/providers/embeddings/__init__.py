"""Embedding models: one protocol, one module per vendor, chosen by ``EMBEDDINGS_PROVIDER``."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.embeddings.offline import OfflineEmbedder
from caferoam.providers.embeddings.protocol import DIMENSIONS, Embedder, Vectors

__all__ = ["DIMENSIONS", "Embedder", "Vectors", "get_embedder"]


def get_embedder() -> Embedder:
    """The embedder that the settings choose; one for the whole process."""
    return _embedder(settings.EMBEDDINGS_PROVIDER)


@cache
def _embedder(name: str) -> Embedder:
    if name == "offline":
        return OfflineEmbedder()
    raise ImproperlyConfigured(f"EMBEDDINGS_PROVIDER names no embedder: {name!r}.")
