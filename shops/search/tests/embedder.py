"""An embedder for tests: a text is the bag of its character pairs, so texts with common words are near."""

import hashlib
import threading
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from caferoam.providers.embeddings import DIMENSIONS, Embedded
from caferoam.providers.errors import ProviderUnavailable

MODEL = "pairs-of-characters"


class PairEmbedder:
    """Deterministic. ``asked`` lists the texts of all calls; ``broken`` makes it unavailable."""

    provider = "test"
    dimensions = DIMENSIONS

    def __init__(self, model: str = MODEL) -> None:
        self.model = model
        self.asked: list[str] = []
        self.broken = False
        self.entered = threading.Event()
        self.open = threading.Event()
        """While cleared, calls wait."""
        self.open.set()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """One unit vector each."""
        self.asked.extend(texts)
        self.entered.set()
        self.open.wait(60)
        if self.broken:
            raise ProviderUnavailable("It is down.")
        return Embedded(np.array([pair_vector(text) for text in texts], dtype=np.float32))


def pair_vector(text: str) -> list[float]:
    """The vector of one text."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    for first, second in pairwise(text):
        digest = hashlib.sha256((first + second).encode()).digest()
        vector[int.from_bytes(digest[:4], "big") % DIMENSIONS] += 1
    length = float(np.linalg.norm(vector))
    numbers: list[float] = (vector / length if length else vector).tolist()
    return numbers
