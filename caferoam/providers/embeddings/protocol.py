"""What CafeRoam asks of an embedding model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from caferoam.providers.usage import NOTHING, Usage

if TYPE_CHECKING:  # most processes embed nothing, and need not hold numpy
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS: Final = 1536
"""Of every vector, whatever the model: shorter ones are padded with zeros, which changes no cosine."""

type Vector = NDArray[np.float32]
type Vectors = NDArray[np.float32]
"""One row for each text."""


@dataclass(frozen=True)
class Embedded:
    """The vectors of some texts, in their order, and what they cost."""

    vectors: Vectors
    usage: Usage = NOTHING


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

    def embed(self, texts: Sequence[str]) -> Embedded:
        """One float32 row of unit length for each text, in their order. The same text gives the same direction.

        Raises:
            ProviderUnavailable: try later.
            ProviderRefused: these texts will never be embedded.
            AnswerUnusable: the answer is paid for and of no use.
        """


@runtime_checkable
class Loadable(Protocol):
    """An embedder whose model is in this process."""

    def load(self) -> None:
        """Load the model now instead of at first use."""
