"""What is counted about uploads, in the API and in workers. docs/observability.md explains each."""

from typing import Final

from caferoam.metrics import Counter, Histogram

refused: Final = Counter(
    "uploads_refused_total", "Files that were not taken, by the API or by a worker.", ["purpose", "reason"]
)
processed: Final = Counter("uploads_processed_total", "Photos that a worker made ready.", ["purpose"])
process_time: Final = Histogram(
    "uploads_process_seconds",
    "From the file's arrival at a worker to its photo and thumbnail, storage not counted.",
    ["purpose"],
    buckets=[0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
)
