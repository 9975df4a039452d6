"""Celery alone, without rows: a message lost is a job lost. In a Redis database of its own on the stack's server."""

import os
from urllib.parse import urlsplit

from celery import Celery

QUEUE = "bench_bare"
REDIS_URL = urlsplit(os.environ["REDIS_URL"])._replace(path="/1").geturl()

app = Celery("bare", broker=REDIS_URL, fixups=[], set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_detect_quorum_queues=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="bare_noop")
def noop() -> None:
    """Nothing."""
