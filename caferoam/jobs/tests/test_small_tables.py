"""Functions keep their plans as long as a session lasts; those must be good when the table has grown."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from caferoam.jobs import queue
from caferoam.jobs.models import Lane
from caferoam.jobs.tickets import Attempt, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]

STEPS: list[tuple[str, Callable[[UUID], object], set[str]]] = [
    ("enqueue", lambda _: queue.enqueue("live_note"), {"job_queue_pending_unique", "job_queue_pkey"}),
    ("enqueue_many", lambda _: queue.enqueue_many("live_note", [{}]), {"job_queue_pending_unique", "job_queue_pkey"}),
    ("start", lambda job: queue.start([Ticket(job, 0)]), {"job_queue_pkey"}),
    ("complete", lambda job: queue.complete([Attempt(job, 1)]), {"job_queue_pkey"}),
]


PLANS_BEFORE_ONE_IS_KEPT = 5


def scans() -> Counter[str]:
    """How often this transaction has gone through each of the queue's indexes, and through the table itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, pg_stat_get_xact_numscans(oid) FROM pg_class
            WHERE oid = 'job_queue'::regclass
                OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'job_queue'::regclass)
            """
        )
        return Counter(dict(cursor.fetchall()))


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize(("step", "indexes"), [pytest.param(*step, id=name) for name, *step in STEPS])
def test_no_plan_is_kept_that_is_good_for_a_small_table_only(
    step: Callable[[UUID], object], indexes: set[str], rows: int
) -> None:
    Lane.objects.update(unique=True)
    job = queue.enqueue("live_note")
    queue.enqueue_many("live_note", [{"n": n} for n in range(1, rows)])
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute("ANALYZE job_queue")
    for _ in range(PLANS_BEFORE_ONE_IS_KEPT + 1):
        before = scans()
        step(job)
    assert set(scans() - before) == indexes
