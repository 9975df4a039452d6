"""Jobs: rows of ``job_queue`` that a relay hands to Celery, and that lose nothing when Redis or a worker dies.

@job("enrich_shop", queue="llm", width=4, time_limit=timedelta(minutes=3), max_attempts=5)
def enrich_shop(run: JobRun, *, shop_id: UUID) -> None:
    draft = ask(shop_id)        # no transaction is open while a provider thinks
    with run.completing():      # what is written here commits together with the job's completion
        write(shop_id, draft)

enqueue("enrich_shop", {"shop_id": str(shop.id)})    # in the same transaction as what it follows
"""

from caferoam.jobs.decorator import job
from caferoam.jobs.errors import LaneClosed, LeaseLost, PayloadError, PermanentError
from caferoam.jobs.queue import enqueue, enqueue_many
from caferoam.jobs.run import JobBatch, JobRun

__all__ = [
    "JobBatch",
    "JobRun",
    "LaneClosed",
    "LeaseLost",
    "PayloadError",
    "PermanentError",
    "enqueue",
    "enqueue_many",
    "job",
]
