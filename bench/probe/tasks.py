"""The probes: a job that does nothing but say when it began, and one that does nothing at all."""

import time
from datetime import timedelta

import redis
from django.conf import settings

from caferoam.jobs import JobRun, job

STARTS_KEY = "bench:starts"

_client = redis.Redis.from_url(settings.REDIS_URL)


@job("bench_probe", queue="default", width=8, time_limit=timedelta(minutes=1))
def bench_probe(run: JobRun) -> None:
    """Push this host's clock, in seconds since the epoch, as soon as the handler runs."""
    _client.rpush(STARTS_KEY, str(time.time()))


@job("bench_noop", queue="default", width=32, time_limit=timedelta(minutes=1))
def bench_noop(run: JobRun) -> None:
    """Nothing."""
