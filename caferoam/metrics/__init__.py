"""Numbers about the running processes, for Prometheus.

Counted in memory, or, where several processes count together (a worker and its pool, the API's workers), in a folder of
small files that each of them maps: ``PROMETHEUS_MULTIPROC_DIR``. Where nobody can ask for the numbers (``METRICS`` is
off) nothing is counted, and the library is not even loaded.
"""

from caferoam.metrics.instruments import Counter, Histogram, InProgress

__all__ = ["Counter", "Histogram", "InProgress"]
