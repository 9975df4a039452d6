"""Waiting until the worker has nothing left to do."""

import sys
import time

import psycopg
from tqdm import tqdm

from bench.stack import RunningStack

_WITHIN_S = 900
_LEFT = "SELECT count(*) FROM job_queue WHERE status IN ('pending', 'claimed')"
_ENDED_BADLY = (
    "SELECT job_type, status, count(*), min(last_error) FROM job_queue"
    " WHERE status IN ('failed', 'dead_letter') GROUP BY 1, 2"
)


def until_idle(stack: RunningStack) -> float:
    """Watch the queue run empty and return the seconds that took. Jobs that end badly end the bench."""
    start = time.monotonic()
    with psycopg.connect(stack.stack.database_urls["worker"], autocommit=True) as connection, tqdm(unit="job") as bar:
        while left := _one(connection, _LEFT):
            bar.total = max(bar.total or 0, left)
            bar.update(bar.total - left - bar.n)
            if time.monotonic() - start > _WITHIN_S:
                sys.exit(f"{left} jobs are still not done after {_WITHIN_S} s.")
            time.sleep(0.25)
        if bad := connection.execute(_ENDED_BADLY).fetchall():
            sys.exit(f"Jobs ended badly: {bad}")
    return time.monotonic() - start


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row
    return int(row[0])
