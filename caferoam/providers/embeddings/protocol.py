"""What CafeRoam asks of an embedding model."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 1536
"""Of every vector, whatever the model: shorter ones are padded with zeros, which changes no cosine."""

type Vectors = NDArray[np.float32]
"""One row for each text."""


class Embedder(Protocol):
    """Turns texts into vectors. Safe to share between threads."""

    @property
    def provider(self) -> str:
        """Whose model it is, as in ``LlmUsage.provider``."""

    @property
    def model(self) -> str:
        """Names the vector space: vectors of different models are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of every vector: ``DIMENSIONS``."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length for each text, in their order. The same text gives the same direction.

        Raises:
            ProviderUnavailable: try later.
            ProviderRefused: these texts will never be embedded.
        """
