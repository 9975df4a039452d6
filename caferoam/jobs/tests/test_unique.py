"""Of a unique type, no second job waits with the same payload; and many are queued at once."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from caferoam.jobs import enqueue, enqueue_many, queue
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.tests.conftest import aside, someone_waits, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unique_lane")]

SHOP = {"shop_id": "a", "force": True}


@pytest.fixture
def unique_lane(lanes: None) -> None:
    Lane.objects.filter(pk="live_note").update(unique=True)


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


def test_the_same_payload_is_queued_once_whatever_the_order_of_its_fields() -> None:
    first = enqueue("live_note", SHOP)
    assert enqueue("live_note", dict(reversed(SHOP.items()))) == first
    assert Job.objects.count() == 1


def test_another_payload_or_type_is_another_job() -> None:
    Lane.objects.filter(pk="live_quiet").update(unique=True)
    ids = {enqueue("live_note", SHOP), enqueue("live_note", {**SHOP, "force": False}), enqueue("live_quiet", SHOP)}
    assert len(ids) == 3


def test_a_type_that_is_not_unique_takes_both() -> None:
    assert enqueue("live_batch", SHOP) != enqueue("live_batch", SHOP)


def in_context(context: str) -> UUID:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('caferoam.job_context', %s, true)", [context])
        return enqueue("live_note", SHOP)


def test_where_a_job_comes_from_does_not_make_it_another_one() -> None:
    first = in_context('{"_request_id": "request-1", "_trace": "t1"}')
    assert in_context('{"_request_id": "request-2", "_trace": "t2"}') == first == enqueue("live_note", SHOP)
    payload = state(first).payload
    assert (payload["_request_id"], payload["_trace"]) == ("request-1", "t1")


def test_the_waiting_job_takes_over_the_higher_priority_the_earlier_time_and_the_attempts() -> None:
    now, later = timezone.now(), tomorrow()
    job = enqueue("live_note", SHOP, scheduled_at=later, priority=3)
    Job.objects.update(attempts=2)
    enqueue("live_note", SHOP, scheduled_at=now, priority=1, max_attempts=4)
    row = state(job)
    assert (row.priority, row.scheduled_at, row.max_attempts) == (3, now, 6)
    enqueue("live_note", SHOP, scheduled_at=later, priority=9, max_attempts=1)
    row = state(job)
    assert (row.priority, row.scheduled_at, row.max_attempts) == (9, now, 6)


def test_of_several_that_wait_the_first_is_taken() -> None:
    """Two can wait when one was claimed while the other was queued, and failed then."""
    early, late = (
        Job.objects.create(job_type="live_note", payload={"_unique": key(SHOP)}, scheduled_at=due)
        for due in (timezone.now(), tomorrow())
    )
    assert enqueue("live_note", SHOP) == early.pk != late.pk


def key(payload: dict[str, object]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT private.job_key_v1(%s::jsonb)", [json.dumps(payload)])
        ((found,),) = cursor.fetchall()
    return str(found)


@pytest.mark.parametrize("how", ["claimed", "started", "completed"])
def test_a_job_that_no_longer_waits_holds_no_other_back(how: str) -> None:
    first = enqueue("live_note", SHOP)
    tickets = queue.claim(["live_note"]).tickets["live_note"]
    if how != "claimed":
        queue.start(tickets)
    if how == "completed":
        Job.objects.update(status="completed", completed_at=timezone.now())
    assert enqueue("live_note", SHOP) != first


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waits_until", [timedelta(), timedelta(days=1)])
@pytest.mark.parametrize("many", [False, True])
def test_relays_hear_of_a_job_that_was_merged(
    worker: psycopg.Connection, waits_until: timedelta, *, many: bool
) -> None:
    """Also where it was due already: they may have passed it by while the transaction had it locked."""
    enqueue("live_note", SHOP, scheduled_at=timezone.now() + waits_until)
    worker.execute("LISTEN job_queue")
    if many:
        assert enqueue_many("live_note", [SHOP]) == 0
    else:
        enqueue("live_note", SHOP)
    assert [message.payload for message in worker.notifies(timeout=30, stop_after=1)] == [""]
    assert len(queue.claim(["live_note"]).tickets["live_note"]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_switch_for_notifications_counts_for_merged_jobs_too(worker: psycopg.Connection) -> None:
    enqueue("live_note", SHOP)
    worker.execute("LISTEN job_queue")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL caferoam.jobs_notify = 'off'")
        enqueue("live_note", SHOP)
    assert list(worker.notifies(timeout=0.3, stop_after=1)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
def test_of_two_transactions_that_queue_the_same_the_second_waits_for_the_first(
    worker: psycopg.Connection, ends: str
) -> None:
    worker.execute("BEGIN")
    statement = "SELECT private.enqueue_job_v2('live_note', %s)"
    ((first,),) = worker.execute(statement, [Jsonb(SHOP)]).fetchall()
    with aside(lambda: enqueue("live_note", SHOP)) as second:
        assert someone_waits(worker)
        worker.execute(ends.encode())
    assert Job.objects.count() == 1
    assert (second.result() == first) == (ends == "COMMIT")


@pytest.mark.django_db(transaction=True)
def test_what_is_queued_with_many_others_is_waited_for_too(worker: psycopg.Connection) -> None:
    worker.execute("BEGIN")
    worker.execute("SELECT private.enqueue_jobs_v1('live_note', ARRAY[%s::jsonb])", [Jsonb(SHOP)])
    with aside(lambda: enqueue("live_note", SHOP)) as second:
        assert someone_waits(worker)
        worker.execute("COMMIT")
    assert second.result() == Job.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_a_merged_job_cannot_be_claimed_before_what_it_is_for_can_be_seen(worker: psycopg.Connection) -> None:
    job = enqueue("live_note", SHOP)
    worker.execute("BEGIN")
    worker.execute("SELECT private.enqueue_job_v2('live_note', %s)", [Jsonb(SHOP)])
    assert queue.claim(["live_note"]).tickets == {}
    worker.execute("COMMIT")
    assert [ticket.job_id for ticket in queue.claim(["live_note"]).tickets["live_note"]] == [job]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_just_being_claimed_is_passed_by(worker: psycopg.Connection) -> None:
    job = enqueue("live_note", SHOP)
    worker.execute("BEGIN")
    worker.execute("SELECT FROM private.claim_jobs_v2('{live_note}')")
    assert enqueue("live_note", SHOP) != job
    worker.execute("COMMIT")


def test_many_jobs_get_what_their_lane_says_and_where_they_come_from() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("""SELECT set_config('caferoam.job_context', '{"_request_id": "request-1"}', true)""")
        assert enqueue_many("live_quiet", ({"n": n} for n in range(3))) == 3
    rows = Job.objects.filter(job_type="live_quiet")
    assert {(row.priority, row.max_attempts, row.status) for row in rows} == {(7, 4, "pending")}
    assert sorted(row.payload["n"] for row in rows) == [0, 1, 2]
    assert {row.payload["_request_id"] for row in rows} == {"request-1"}


def test_what_many_jobs_say_of_themselves_counts() -> None:
    due = tomorrow()
    assert enqueue_many("live_quiet", [{}], priority=1, max_attempts=9, scheduled_at=due) == 1
    row = Job.objects.get()
    assert (row.priority, row.max_attempts, row.scheduled_at) == (1, 9, due)


def test_none_is_many_enough() -> None:
    assert enqueue_many("live_note", []) == 0


def test_of_many_unique_jobs_those_are_new_that_neither_repeat_nor_wait() -> None:
    waiting = enqueue("live_note", {"n": 1}, scheduled_at=tomorrow(), priority=2)
    assert enqueue_many("live_note", [{"n": n % 4} for n in range(8)], priority=5) == 3
    assert sorted(row.payload["n"] for row in Job.objects.all()) == [0, 1, 2, 3]
    row = state(waiting)
    assert (row.priority, row.scheduled_at < timezone.now()) == (5, True)
    assert enqueue("live_note", {"n": 3}) in set(Job.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_many_are_queued_together_or_not_at_all() -> None:
    def payloads() -> Iterator[dict[str, object]]:
        for n in range(queue.ROWS_A_STATEMENT):
            yield {"n": n}
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        enqueue_many("live_note", payloads())
    assert not Job.objects.exists()


@pytest.mark.slow
def test_more_unique_jobs_than_the_server_has_room_for_locks() -> None:
    assert enqueue_many("live_note", ({"n": n} for n in range(12_000))) == 12_000
    assert enqueue_many("live_note", ({"n": n} for n in range(12_001))) == 1
