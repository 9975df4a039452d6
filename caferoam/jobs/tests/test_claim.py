"""What a claim takes, what it leaves, and what it costs."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from caferoam.jobs import endings, enqueue, enqueue_many, operations, queue
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]


def taken(job_type: str = "live_note") -> list[object]:
    return [ticket.job_id for ticket in queue.claim([job_type]).tickets.get(job_type, [])]


def test_higher_priority_goes_first_then_the_older_one() -> None:
    now = timezone.now()
    late = enqueue("live_note", scheduled_at=now - timedelta(minutes=1))
    early = enqueue("live_note", scheduled_at=now - timedelta(minutes=9))
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
        theirs = worker.execute("SELECT job_id FROM private.claim_jobs_v2('{live_note}') WHERE job_id IS NOT NULL")
        assert theirs.rowcount == 2
        assert taken() == []
    assert taken() == []


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
    assert list(worker.notifies(timeout=30, stop_after=1))


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
        "SELECT FROM job_starts",
        "SELECT FROM job_events",
        "SELECT private.enqueue_job_v2('x')",
        "SELECT private.enqueue_jobs_v1('x', ARRAY['{}'::jsonb])",
        "SELECT private.claim_jobs_v2('{x}')",
        "SELECT private.start_jobs_v1('{}', '{}', 'x')",
        "SELECT private.complete_jobs_v1('{}', '{}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api_connection.execute(statement)


@pytest.mark.usefixtures("worker_login")
@pytest.mark.django_db(transaction=True)
def test_the_workers_login_can_do_every_step() -> None:
    publish_lanes(registry.values())
    Lane.objects.filter(pk="live_note").update(unique=True, rate_per_minute=60)
    enqueue("live_note")
    assert enqueue_many("live_note", [{}, {"n": 1}]) == 1
    first, second = queue.claim(["live_note"]).tickets["live_note"]
    queue.release([first])
    (first,) = queue.claim(["live_note"]).tickets["live_note"]
    good, bad = queue.start([first, second])
    queue.keep([first, second])
    queue.report_progress(good.attempt, done=1, total=2, note="half")
    endings.pause_lane("live_note", timedelta(seconds=1), "busy")
    assert endings.fail_for_good(bad.attempt, "no", traceback="line 1") == "failed"
    assert operations.requeue(Job.objects.filter(status="failed"), by="ann") == 1
    endings.rescue(timedelta(seconds=90))
    queue.notify("")
    assert queue.complete([good.attempt]) == 1
