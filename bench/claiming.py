"""What a claim costs in a full table: 1,000,000 finished rows and 100,000 that wait, in a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from bench.results import Result, percentile, seconds
from bench.stack import RunningStack
from caferoam.jobs import queue

CLAIMS = 500
TARGET_MS = 5.0
DATABASE = "bench_claim"
LANES = ("bench_busy", "bench_tomorrow", "bench_rare", "bench_idle")
_WIDTH = 8

# Per lane: rows due since a while, and rows due tomorrow whose priority is higher than that of all which are due.
_ROWS = """
INSERT INTO job_lanes (job_type, queue, width) SELECT unnest(%(lanes)s::text[]), 'default', %(width)s;
INSERT INTO job_queue (job_type, status, attempts, created_at, scheduled_at, completed_at)
    SELECT (%(lanes)s::text[])[1 + n %% 4], 'completed', 1, at, at, at
    FROM generate_series(1, 1000000) AS n, LATERAL (SELECT now() - n * interval '1 second') AS past (at);
INSERT INTO job_queue (job_type, priority, scheduled_at)
    SELECT 'bench_busy', n %% 5, now() - n * interval '1 millisecond' FROM generate_series(1, 60000) AS n;
INSERT INTO job_queue (job_type, priority, scheduled_at)
    SELECT 'bench_tomorrow', 9, now() + interval '1 day' + n * interval '1 millisecond'
    FROM generate_series(1, 30000) AS n;
INSERT INTO job_queue (job_type, scheduled_at)
    SELECT 'bench_tomorrow', now() - n * interval '1 millisecond' FROM generate_series(1, 5000) AS n;
INSERT INTO job_queue (job_type, scheduled_at)
    SELECT 'bench_rare', now() - n * interval '1 millisecond' FROM generate_series(1, 5000) AS n;
"""
_FINISH = "UPDATE job_queue SET status = 'completed', completed_at = now(), claimed_at = NULL WHERE status = 'claimed'"
_EXPLAIN = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "client_min_messages": "log",
}


def claim_cost(stack: RunningStack) -> list[Result]:
    """Milliseconds of one claim by the workers' login, commit included; prints how Postgres runs it.

    After each claim what it got is finished, so that every one fills all lanes, and the index ages as it does in use.
    """
    owner_url = stack.stack.database_urls["owner"]
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {DATABASE}")
    with _django_on(_elsewhere(owner_url)):
        call_command("migrate", verbosity=0, interactive=False)
    with psycopg.connect(_elsewhere(owner_url), autocommit=True, cursor_factory=psycopg.ClientCursor) as owner:
        owner.execute("SET caferoam.jobs_notify = 'off'")
        owner.execute(_ROWS.encode(), {"lanes": list(LANES), "width": _WIDTH})
        owner.execute("VACUUM (ANALYZE) job_queue")
    claims_ms: list[float] = []
    with (
        psycopg.connect(_elsewhere(stack.stack.database_urls["worker"]), autocommit=True) as worker,
        _django_on(_elsewhere(stack.stack.database_urls["worker"])),
    ):
        for _ in range(CLAIMS + 1):  # the first one connects
            claims_ms.append(seconds(lambda: queue.claim(LANES)) * 1000)
            worker.execute(_FINISH)
    print("\nOne claim, statement by statement:")
    for plan in _plans(stack):
        print(plan)
        assert "Seq Scan on job_queue" not in plan, "a claim reads the whole queue"
        assert "Sort" not in plan, "a claim sorts"
    p50, p99 = (percentile(claims_ms[1:], percent) for percent in (50, 99))
    return [
        Result("claim_ms_p50", p50, "ms"),
        Result("claim_ms_p99", p99, "ms", TARGET_MS, p99 / TARGET_MS),
    ]


def _elsewhere(url: str) -> str:
    return urlsplit(url)._replace(path=f"/{DATABASE}").geturl()


@contextmanager
def _django_on(url: str) -> Iterator[None]:
    """Let this process's Django speak to that database."""
    parts = conninfo_to_dict(url)
    settings, before = connection.settings_dict, dict(connection.settings_dict)
    connection.close()
    settings.update(NAME=parts["dbname"], USER=parts["user"], PASSWORD=parts["password"])
    try:
        yield
    finally:
        connection.close()
        settings.update(before)


def _plans(stack: RunningStack) -> Iterator[str]:
    """How the statements inside one claim ran, in the words of Postgres itself. Only a superuser may ask for that."""
    told: list[str] = []
    with psycopg.connect(_elsewhere(stack.superuser_url), cursor_factory=psycopg.ClientCursor) as superuser:
        superuser.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        superuser.execute("LOAD 'auto_explain'")
        for name, value in _EXPLAIN.items():
            superuser.execute("SELECT set_config(%s, %s, false)", [name, value])
        superuser.execute("SELECT FROM private.claim_jobs_v2(%s)", [list(LANES)])
        superuser.rollback()
    # The first four lines of each are its duration and the statement, which stands in the migration.
    return (text for text in told if "job_queue" in text)
