"""How Postgres would run a statement against a queue with a long history."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_HISTORY = """
TRUNCATE job_queue CASCADE;
INSERT INTO job_queue (job_type, status, payload, created_at, scheduled_at, completed_at)
SELECT 'live_note', 'completed', jsonb_build_object('shop_id', gen_random_uuid(), 'note', repeat('x', 400)), at, at, at
FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '1 minute') AS past (at);
INSERT INTO job_queue (job_type, priority, scheduled_at, payload)
SELECT (ARRAY['live_note', 'live_quiet', 'live_batch'])[1 + n % 3],
    CASE WHEN n % 5 = 0 THEN 9 ELSE n % 3 END,
    now() + CASE WHEN n % 5 = 0 THEN interval '1 day' ELSE n * interval '-1 second' END,
    CASE WHEN n % 7 = 0 THEN jsonb_build_object('_unique', md5(n::text)) ELSE '{}' END
FROM generate_series(1, 5000) AS n;
INSERT INTO job_queue (job_type, status, attempts, claimed_at)
SELECT 'live_note', 'claimed', 1, now() - n * interval '10 seconds' FROM generate_series(1, 40) AS n;
INSERT INTO job_queue (job_type, status, created_at, completed_at, last_error)
SELECT 'live_note', CASE n % 2 WHEN 0 THEN 'failed' ELSE 'dead_letter' END, at, at, 'no'
FROM generate_series(1, 100) AS n, LATERAL (SELECT now() - n * interval '1 hour') AS past (at);
INSERT INTO job_starts (job_id, attempt, started_at, worker)
SELECT id, attempts, claimed_at, 'host:1' FROM job_queue WHERE status = 'claimed';
"""


def fill_queue() -> None:
    """20,000 finished jobs and 5,000 that wait: enough that a plan is the same as for a million.

    Of those that wait a fifth is due tomorrow, with a priority above all others. The tables are made anew first, and
    are as they were when the test's transaction ends: dead rows of tests before this one would change the plans.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY)
        cursor.execute("ANALYZE job_queue, job_starts")


def plan(statement: str, parameters: Iterable[Any] | None = None) -> str:
    """What EXPLAIN says; nothing is run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}", None if parameters is None else list(parameters))
        return "\n".join(line for (line,) in cursor.fetchall())


def plans_of(action: Callable[[], object]) -> list[str]:
    """How the statements about the queue would run that ``action`` makes on Django's connection."""
    with CaptureQueriesContext(connection) as captured:
        action()
    return [plan(query["sql"].replace("%", "%%"), ()) for query in captured if "job_queue" in query["sql"]]


def statements_of(function: str) -> list[str]:
    """The statements about the queue in a PL/pgSQL function's text, without ``INTO`` and with names where values go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        ((source,),) = cursor.fetchall()
    body = re.sub(r"--.*", "", source).split("BEGIN", 1)[1]
    found = re.findall(r"(?:WITH|SELECT|UPDATE|INSERT)\b(?:(?!\bLOOP\b)[^;])*", body)
    return [re.sub(r"\bINTO (?!public)[\w, ]+?(?=\s+FROM|\s*$)", "", text) for text in found if "job_queue" in text]
