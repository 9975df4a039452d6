"""What is counted about the vectors of search texts. docs/observability.md explains each."""

from typing import Final, Literal

from caferoam.metrics import Counter, InProgress

type How = Literal["kept", "shared", "made", "failed", "resting", "over_budget"]

HOWS: Final[tuple[How, ...]] = ("kept", "shared", "made", "failed", "resting", "over_budget")

vectors: Final = Counter("search_vectors_total", "Vectors that searches asked for, by where they came from.", ["how"])
resting: Final = InProgress("search_embedder_resting", "Processes that leave the embedder alone, as it has failed.")


def show_zeros() -> None:
    """Let both be seen before anything is counted."""
    for how in HOWS:
        vectors.add(how, by=0)
    resting.add(by=0)
