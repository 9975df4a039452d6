"""What a claim takes, what it leaves, and what it costs."""

import re
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from caferoam.jobs import endings, enqueue, queue
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]


def taken(job_type: str = "live_note") -> list[object]:
    return [ticket.job_id for ticket in queue.claim([job_type]).tickets.get(job_type, [])]


def test_higher_priority_goes_first_then_the_older_one() -> None:
    now = timezone.now()
    late = enqueue("live_note", scheduled_at=now - timedelta(seconds=1))
    early = enqueue("live_note", scheduled_at=now - timedelta(seconds=9))
    urgent = enqueue("live_note", priority=5)
    assert taken() == [urgent, early, late]


def test_what_is_not_due_waits() -> None:
    enqueue("live_note", scheduled_at=timezone.now() + timedelta(minutes=1), priority=9)
    due = enqueue("live_note")
    assert taken() == [due]


def test_a_lane_is_never_fuller_than_its_width() -> None:
    Lane.objects.filter(pk="live_note").update(width=2)
    for _ in range(3):
        enqueue("live_note")
    first = queue.claim(["live_note"])
    assert (len(first.tickets["live_note"]), set(first.full_lanes)) == (2, {"live_note"})
    second = queue.claim(["live_note"])
    assert (dict(second.tickets), set(second.full_lanes)) == ({}, {"live_note"})
    queue.complete([job.attempt for job in queue.start(first.tickets["live_note"][:1])])
    assert len(taken()) == 1


def test_a_lane_with_room_left_is_not_full() -> None:
    enqueue("live_note")
    assert queue.claim(["live_note"]).full_lanes == {}


def test_one_full_lane_does_not_hold_up_another() -> None:
    Lane.objects.filter(pk="live_note").update(width=0)
    enqueue("live_note")
    other = enqueue("live_quiet")
    claim = queue.claim(["live_note", "live_quiet"])
    assert [ticket.job_id for ticket in claim.tickets["live_quiet"]] == [other]
    assert claim.full_lanes == {"live_note": None}


@pytest.mark.parametrize("pause", [{"paused": True}, {"paused_until": timedelta(minutes=1)}])
def test_a_paused_lane_gives_nothing(pause: dict[str, object]) -> None:
    until = {name: timezone.now() + value if isinstance(value, timedelta) else value for name, value in pause.items()}
    Lane.objects.filter(pk="live_note").update(**until)
    enqueue("live_note")
    claim = queue.claim(["live_note"])
    assert (claim.tickets, claim.full_lanes) == ({}, {})


def test_a_lane_whose_pause_is_over_goes_on() -> None:
    Lane.objects.filter(pk="live_note").update(paused_until=timezone.now() - timedelta(minutes=1))
    job = enqueue("live_note")
    assert taken() == [job]


def test_an_unknown_type_stays_where_it_is() -> None:
    job = enqueue("from_the_future")
    assert queue.claim(registry.keys()).tickets == {}
    assert Job.objects.get(pk=job).status == "pending"


def test_an_operators_width_and_pause_outlive_a_restart_of_the_relay() -> None:
    Lane.objects.filter(pk="live_quiet").update(width=1, paused=True, queue="elsewhere", priority=0)
    publish_lanes(registry.values())
    lane = Lane.objects.get(pk="live_quiet")
    assert (lane.width, lane.paused, lane.queue, lane.priority, lane.max_attempts) == (1, True, "default", 7, 4)


@pytest.mark.django_db(transaction=True)
def test_two_relays_together_never_exceed_the_width(worker: psycopg.Connection) -> None:
    Lane.objects.filter(pk="live_note").update(width=2)
    for _ in range(4):
        enqueue("live_note")
    with worker.transaction():
        theirs = worker.execute("SELECT job_id FROM private.claim_jobs_v1('{live_note}') WHERE job_id IS NOT NULL")
        assert theirs.rowcount == 2
        assert taken() == []
    assert taken() == []


def plan(statement: str) -> str:
    """How Postgres would run one of the claim function's own statements, its variables replaced by values."""
    statement = statement.replace("lane.job_type", "'live_note'").replace("lane.width", "8")
    statement = re.sub(r"\bfree\b", "8", statement).replace("known_types", "ARRAY['live_note', 'live_quiet']")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.slow
def test_a_claim_reads_partial_indexes_only_and_sorts_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO job_queue (job_type, status, completed_at)
            SELECT 'live_note', 'completed', now() FROM generate_series(1, 20000);
            INSERT INTO job_queue (job_type, priority, scheduled_at)
            SELECT CASE n % 2 WHEN 0 THEN 'live_note' ELSE 'live_quiet' END, n % 3,
                now() + CASE WHEN n % 5 = 0 THEN interval '1 day' ELSE interval '-1 second' END
            FROM generate_series(1, 5000) AS n;
            INSERT INTO job_queue (job_type, status, claimed_at)
            SELECT 'live_note', 'claimed', now() FROM generate_series(1, 5);
            ANALYZE job_queue
            """
        )
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'claim_jobs_v1'")
        (source,) = cursor.fetchone()
    source = re.sub(r"--.*", "", source)
    pick = re.search(r"WITH picked.*?RETURNING[^;]+", source, re.DOTALL)
    count = re.search(r"SELECT lane\.width - count\(\*\).*?;", source, re.DOTALL)
    lanes = re.search(r"FOR lane IN(.*?)LOOP", source, re.DOTALL)
    assert pick
    assert count
    assert lanes
    plans = [plan(pick[0]), plan(count[0].replace("INTO 8", "").replace("INTO free", "")), plan(lanes[1])]
    for text in plans:
        assert "Seq Scan on job_queue" not in text
        assert "Sort" not in text
    assert "job_queue_claim_order" in plans[0]
    assert "job_queue_claimed" in plans[1]
    assert "job_queue_claim_order" in plans[2]


@pytest.mark.slow
@pytest.mark.parametrize("function", ["start_jobs_v1", "complete_jobs_v1"])
def test_a_step_finds_its_row_by_the_key_even_where_hardly_any_row_is_said_to_be_claimed(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO job_queue (job_type, status, completed_at)
            SELECT 'live_note', 'completed', now() FROM generate_series(1, 5000);
            ANALYZE job_queue
            """
        )
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        (source,) = cursor.fetchone()
    update = re.search(r"UPDATE public\.job_queue.*?LIKE 'claimed'", source, re.DOTALL)
    assert update
    statement = re.sub(r"job_ids\[\w+\]", f"'{uuid4()}'", update[0])
    assert "job_queue_pkey" in plan(re.sub(r"(tokens|numbers)\[\w+\]", "0", statement))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("columns", "heard"),
    [
        ("(job_type) VALUES ('live_note'), ('live_note')", 1),
        ("(job_type, scheduled_at) VALUES ('live_note', now() + interval '1 minute')", 0),
        ("(job_type, status, completed_at) VALUES ('live_note', 'completed', now())", 0),
    ],
)
def test_relays_are_woken_once_a_transaction_and_only_when_something_is_due(
    worker: psycopg.Connection, columns: str, heard: int
) -> None:
    worker.execute("LISTEN job_queue")
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO job_queue {columns}")
    assert [message.payload for message in worker.notifies(timeout=0.3, stop_after=2)] == [""] * heard


@pytest.mark.django_db(transaction=True)
def test_a_row_that_a_trigger_adds_late_in_a_transaction_wakes_them_too(worker: psycopg.Connection) -> None:
    worker.execute("LISTEN job_queue")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
        cursor.execute("INSERT INTO job_queue (job_type) VALUES ('live_note')")
    assert list(worker.notifies(timeout=5, stop_after=1))


@pytest.mark.django_db(transaction=True)
def test_notify_can_be_switched_off_in_the_database(worker: psycopg.Connection) -> None:
    worker.execute("LISTEN job_queue")
    with connection.cursor() as cursor:
        cursor.execute("SET caferoam.jobs_notify = 'off'")
        enqueue("live_note")
        cursor.execute("RESET caferoam.jobs_notify")
    assert list(worker.notifies(timeout=0.3, stop_after=1)) == []


@pytest.mark.django_db(transaction=True)
def test_the_api_login_can_neither_read_nor_fill_the_queue(api_connection: psycopg.Connection) -> None:
    for statement in (
        "SELECT FROM job_queue",
        "INSERT INTO job_queue (job_type) VALUES ('x')",
        "SELECT FROM job_lanes",
        "SELECT private.enqueue_job_v1('x')",
        "SELECT private.claim_jobs_v1('{x}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api_connection.execute(statement)


@pytest.mark.usefixtures("worker_login")
@pytest.mark.django_db(transaction=True)
def test_the_workers_login_can_do_every_step() -> None:
    publish_lanes(registry.values())
    enqueue("live_note")
    (ticket,) = queue.claim(["live_note"]).tickets["live_note"]
    queue.release([ticket])
    (ticket,) = queue.claim(["live_note"]).tickets["live_note"]
    (job,) = queue.start([ticket])
    queue.keep([ticket])
    endings.rescue(timedelta(seconds=90))
    queue.notify("")
    assert queue.complete([job.attempt]) == 1
