"""How soon a committed job starts on an idle stack."""

import time

import psycopg
import redis

from bench.probe.tasks import STARTS_KEY
from bench.results import Result, percentile
from bench.stack import RunningStack

JOBS = 500
_WARM_UP = 20
_TARGETS_MS = {50: 12.0, 99: 40.0}


def commit_to_start(stack: RunningStack) -> list[Result]:
    """From before the INSERT to the handler's first line, one job after another; the baseline is the target."""
    broker = redis.Redis.from_url(stack.stack.common["REDIS_URL"])
    waits_ms: list[float] = []
    with psycopg.connect(stack.stack.database_urls["worker"], autocommit=True) as connection:
        for _ in range(_WARM_UP + JOBS):
            asked_at = time.time()
            connection.execute("INSERT INTO job_queue (job_type, payload) VALUES ('bench_probe', '{}')")
            answer = broker.blpop([STARTS_KEY], timeout=30)
            assert answer, "the job did not start within 30 s"
            waits_ms.append((float(answer[1]) - asked_at) * 1000)
    measured = waits_ms[_WARM_UP:]
    return [
        Result(f"commit_to_start_p{percent}_ms", value, "ms", target, value / target)
        for percent, target in _TARGETS_MS.items()
        for value in [percentile(measured, percent)]
    ]
