"""What is counted about jobs, in the relay and in workers. docs/observability.md explains each."""

from collections.abc import Iterable
from typing import Final

from caferoam.jobs.registry import registry
from caferoam.metrics import Counter, Histogram

UNKNOWN: Final = "unknown"
"""Stands for job types that this code does not know: a row can hold any."""

ENDS: Final = ("completed", "retried", "snoozed", "released", "lost", "failed", "dead_letter", "overtaken")

published: Final = Counter("jobs_published_total", "Jobs handed to Celery.", ["job_type"])
publish_errors: Final = Counter("relay_publish_errors_total", "Times that the broker could not be reached.")
started: Final = Counter("jobs_started_total", "Attempts begun.", ["job_type"])
ended: Final = Counter(
    "jobs_ended_total",
    "Attempts by how they ended; lost is a worker that was gone, overtaken an attempt whose row another one had taken.",
    ["job_type", "how"],
)
stale_tickets: Final = Counter(
    "jobs_stale_tickets_total", "Tickets that started nothing, being late or repeated.", ["job_type"]
)
start_delay: Final = Histogram(
    "jobs_start_delay_seconds",
    "From when a job was due to its start.",
    ["job_type"],
    buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
)
run_time: Final = Histogram(
    "jobs_run_seconds",
    "From start to end of one call of a handler; a batch is one call.",
    ["job_type"],
    buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
)


def label(job_type: str) -> str:
    """The type as a label's value."""
    return job_type if job_type in registry else UNKNOWN


def show_zeros(job_types: Iterable[str]) -> None:
    """Let all counters be seen before their first count: to Prometheus, one that appears with 1 has not grown."""
    publish_errors.add(by=0)
    for job_type in job_types:
        for counter in (published, started, stale_tickets):
            counter.add(job_type, by=0)
        for how in ENDS:
            ended.add(job_type, how, by=0)
