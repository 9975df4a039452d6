"""What the queue's statements read: a few rows through an index, however long the history is."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from caferoam.jobs import counts, endings, operations, queue
from caferoam.jobs.models import Job
from caferoam.jobs.tickets import Attempt, Ticket
from caferoam.testing.plans import fill_queue, plan, plans_of, statements_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes", "history"), pytest.mark.slow]

TYPES = ["live_note", "live_quiet", "live_batch"]
# What stands for the variables of the functions.
VALUES = {
    "lane.job_type": "'live_note'",
    "lane.width": "8",
    "free": "8",
    "known_types": "ARRAY['live_note', 'live_quiet', 'live_batch']",
    "unique_key": "md5('7')",
    "new_type": "'live_note'",
    "new_payload": "'{}'::jsonb",
    "new_id": f"'{uuid4()}'::uuid",
    "new_priority": "0",
    "new_scheduled_at": "now()",
    "new_max_attempts": "3",
    "new_payloads": "ARRAY['{\"a\": 1}', '{\"a\": 2}']::jsonb[]",
    "context": "'{}'::jsonb",
    r"job_ids\[place\]": f"'{uuid4()}'::uuid",
    r"(?:tokens|numbers)\[place\]": "0",
}


@pytest.fixture
def history(lanes: None) -> None:
    fill_queue()


def plans_within(function: str) -> list[str]:
    """How each statement about the queue in this function would run."""
    statements = statements_of(function)
    for name, value in VALUES.items():
        statements = [re.sub(rf"(?<![\w.]){name}(?!\w)", value, statement) for statement in statements]
    return [plan(re.sub(r"RETURNING[^;]*?INTO [^;]*", "", statement)) for statement in statements]


def test_a_claim_reads_partial_indexes_only_and_sorts_nothing_of_the_queue() -> None:
    due, width, pick = plans_within("claim_jobs_v2")
    assert "Index Only Scan using job_queue_due" in due
    assert "Index Only Scan using job_queue_claimed" in width
    assert "Index Scan using job_queue_claim_order" in pick
    for text in (due, width, pick):
        assert "Seq Scan on job_queue" not in text
    for text in (width, pick):
        assert "Sort" not in text
    # Only the few lanes are sorted, or read in their order.
    scan = r"Sort\n\s*Sort Key: l\.job_type\n\s*->\s+[\w ]*Scan (?:using \w+ )?on job_lanes l"
    assert re.search(rf"{scan}|\AIndex Scan using job_lanes_pkey on job_lanes l", due)


def test_a_claim_goes_by_its_order_even_where_the_planner_knows_of_no_waiting_row() -> None:
    forget_the_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(proconfig) FROM pg_proc WHERE proname = 'claim_jobs_v2'")
        for (setting,) in cursor.fetchall():
            cursor.execute("SELECT set_config(split_part(%s, '=', 1), split_part(%s, '=', 2), true)", [setting] * 2)
        cursor.execute("SET LOCAL search_path = public")
    _, _, pick = plans_within("claim_jobs_v2")
    assert re.findall(r"using (job_queue_\w+)", pick) == ["job_queue_claim_order", "job_queue_pkey"]
    assert "Sort" not in pick


def test_a_claim_finds_the_next_row_to_come_by_one_descent_for_each_type() -> None:
    (text,) = plans_of(lambda: queue.claim(TYPES))
    assert "Index Only Scan using job_queue_due" in text
    assert "Seq Scan on job_queue" not in text
    assert "Sort" not in text


def test_a_step_of_a_job_finds_its_row_by_the_key() -> None:
    # The planner is told that hardly any row is claimed; the index of those may hold many that no longer are.
    Job.objects.filter(status="claimed").delete()
    for text in plans_within("start_jobs_v1") + plans_within("complete_jobs_v1"):
        assert "job_queue_pkey" in text


@pytest.mark.parametrize("is_known", [True, False])
def test_whether_the_same_job_waits_is_found_by_its_key(*, is_known: bool) -> None:
    if not is_known:
        forget_the_waiting()
    waiting, *_ = plans_within("enqueue_job_v2")
    assert "job_queue_pending_unique" in waiting
    assert "Sort" not in waiting
    _, many = plans_within("enqueue_jobs_v1")
    assert "job_queue_pending_unique" in many
    assert "Seq Scan on job_queue" not in many


def forget_the_waiting() -> None:
    """Leave 5,000 rows that wait, of which the planner has not heard yet."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM job_queue WHERE status = 'pending'")
        cursor.execute("ANALYZE job_queue")
        cursor.execute(
            """
            INSERT INTO job_queue (job_type, payload)
            SELECT 'live_note', jsonb_build_object('_unique', md5(n::text)) FROM generate_series(1, 5000) AS n
            """
        )


SOME = [uuid4() for _ in range(4)]
STEPS: dict[str, Callable[[], object]] = {
    "keep": lambda: queue.keep([Ticket(job_id, 0) for job_id in SOME]),
    "release": lambda: queue.release([Ticket(job_id, 0) for job_id in SOME]),
    "fail": lambda: endings.fail(Attempt(SOME[0], 1), "no"),
    "fail_for_good": lambda: endings.fail_for_good(Attempt(SOME[0], 1), "no"),
    "snooze": lambda: endings.snooze([Attempt(job_id, 1) for job_id in SOME], timedelta(), "no"),
    "rescue": lambda: endings.rescue(timedelta(seconds=90)),
    "holds": lambda: queue.holds(Attempt(SOME[0], 1)),
    "requeue a selection": lambda: operations.requeue(Job.objects.filter(pk__in=SOME), by="ann"),
    "requeue all dead letters": lambda: operations.requeue(Job.objects.filter(status="dead_letter"), by="ann"),
}


def test_no_step_reads_the_whole_table() -> None:
    for name, step in STEPS.items():
        texts = plans_of(step)
        assert texts, name
        for text in texts:
            assert "Seq Scan on job_queue" not in text, name


def test_a_step_of_an_operator_finds_its_rows_by_their_ids_even_where_the_planner_knows_of_none_in_that_state() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM job_queue WHERE status IN ('failed', 'dead_letter')")
        cursor.execute("ANALYZE job_queue")
        cursor.execute(
            """
            INSERT INTO job_queue (job_type, status, completed_at)
            SELECT 'live_note', 'dead_letter', now() FROM generate_series(1, 3000)
            """
        )
    _, two_thousand, rest, _notify = plans_of(
        lambda: operations.requeue(Job.objects.filter(status="dead_letter"), by="ann")
    )
    for text in (two_thousand, rest):
        assert set(re.findall(r"(?:using|Index Scan on) (job_queue_\w+)", text)) == {"job_queue_pkey"}
        assert "Seq Scan on job_queue" not in text


def test_each_state_is_counted_through_its_own_index() -> None:
    text = plan(counts._COUNTS)
    assert "Seq Scan on job_queue" not in text
    assert {"job_queue_due", "job_queue_claimed", "job_queue_troubled"} <= set(re.findall(r"job_queue_\w+", text))
