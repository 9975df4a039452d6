"""Every step of a row, and that no step touches a row that has moved on."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone

from caferoam.jobs import endings, enqueue, operations, queue
from caferoam.jobs.models import Job
from caferoam.jobs.tests.conftest import age, claimed, started, state
from caferoam.jobs.tickets import Attempt, Ticket, from_message, to_message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]


def test_a_job_says_nothing_of_itself_and_gets_what_its_lane_says() -> None:
    job = state(enqueue("live_quiet", {"a": 1}))
    assert (job.status, job.attempts, job.priority, job.max_attempts, job.payload) == ("pending", 0, 7, 4, {"a": 1})


def test_what_a_job_says_of_itself_counts() -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    job = state(enqueue("live_quiet", priority=1, max_attempts=9, scheduled_at=tomorrow))
    assert (job.priority, job.max_attempts, job.scheduled_at, job.payload) == (1, 9, tomorrow, {})


def test_a_type_without_a_lane_can_be_queued() -> None:
    job = state(enqueue("not_deployed_yet"))
    assert (job.priority, job.max_attempts) == (0, 3)


def test_a_rolled_back_transaction_queues_nothing() -> None:
    with transaction.atomic():
        enqueue("live_note")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_claiming_burns_no_attempt_and_starting_burns_one() -> None:
    ticket = claimed()
    assert (state(ticket.job_id).status, state(ticket.job_id).attempts) == ("claimed", 0)
    (job,) = queue.start([ticket])
    assert job.attempt == (ticket.job_id, 1)
    assert state(ticket.job_id).attempts == 1


def test_a_ticket_starts_once_however_often_it_is_delivered() -> None:
    ticket = claimed()
    assert len(queue.start([ticket])) == 1
    assert queue.start([ticket]) == []
    assert state(ticket.job_id).attempts == 1


def test_a_ticket_of_a_row_given_back_starts_nothing() -> None:
    ticket = claimed()
    queue.release([ticket])
    assert queue.start([ticket]) == []


def test_many_start_in_one_statement_in_the_order_of_their_tickets() -> None:
    for _ in range(3):
        enqueue("live_note")
    tickets = list(reversed(queue.claim(["live_note"]).tickets["live_note"]))
    stale = Ticket(uuid4(), 0)
    assert [job.attempt.job_id for job in queue.start([*tickets, stale])] == [ticket.job_id for ticket in tickets]


def test_tickets_survive_the_journey() -> None:
    tickets = [Ticket(uuid4(), 3), Ticket(uuid4(), 0)]
    assert from_message(to_message(tickets)) == tickets


def test_completion_is_counted_and_forgets_earlier_errors() -> None:
    job = started()
    endings.snooze([job.attempt], timedelta(), "busy")
    (ticket,) = queue.claim(["live_note"]).tickets["live_note"]
    (again,) = queue.start([ticket])
    assert queue.complete([again.attempt]) == 1
    row = state(ticket.job_id)
    assert (row.status, row.last_error, row.claimed_at) == ("completed", None, None)
    assert row.completed_at


@pytest.mark.parametrize("attempt", [0, 2])
def test_only_the_attempt_that_has_the_row_can_end_it(attempt: int) -> None:
    job = started()
    other = Attempt(job.attempt.job_id, attempt)
    assert queue.complete([other]) == 0
    assert endings.fail(other, "x") is None
    assert endings.fail_for_good(other, "x") is None
    assert endings.snooze([other], timedelta(), "x") == 0
    assert (state(other.job_id).status, state(other.job_id).last_error) == ("claimed", None)


def test_a_completed_job_stays_completed() -> None:
    job = started()
    queue.complete([job.attempt])
    age(job.attempt.job_id, 3600)
    assert endings.rescue(timedelta(seconds=90)) == {}
    assert endings.fail(job.attempt, "late") is None
    assert operations.requeue(Job.objects.filter(pk=job.attempt.job_id), by="ann") == 0
    assert state(job.attempt.job_id).status == "completed"


def test_releasing_gives_back_only_what_has_not_started() -> None:
    enqueue("live_note")
    enqueue("live_note")
    waiting, running = queue.claim(["live_note"]).tickets["live_note"]
    queue.start([running])
    assert queue.release([waiting, running]) == 1
    assert (state(waiting.job_id).status, state(waiting.job_id).claimed_at) == ("pending", None)
    assert state(running.job_id).status == "claimed"


def test_a_lease_is_renewed_before_and_after_the_start() -> None:
    ticket = claimed()
    for _ in range(2):
        age(ticket.job_id, 3600)
        assert queue.keep([ticket]) == 1
        assert endings.rescue(timedelta(seconds=90)) == {}
        queue.start([ticket])
    assert queue.keep([Ticket(ticket.job_id, 7)]) == 0


def test_a_claim_says_how_long_until_the_next_row_is_due() -> None:
    assert queue.claim(["live_note"]).next_due_s is None
    enqueue("live_note")
    assert queue.claim(["live_note"]).next_due_s is None
    enqueue("live_note", scheduled_at=timezone.now() + timedelta(seconds=1000))
    assert queue.claim(["live_note"]).next_due_s == pytest.approx(1000, abs=60)


def test_waiting_jobs_of_unknown_types_are_counted() -> None:
    enqueue("live_note")
    enqueue("from_the_future")
    enqueue("from_the_future")
    assert queue.unknown_types(["live_note"]) == {"from_the_future": 2}


@pytest.mark.django_db(transaction=True)
def test_renewal_does_not_wait_for_a_row_that_is_just_being_completed(worker: psycopg.Connection) -> None:
    ticket = claimed()
    worker.autocommit = False
    worker.execute("SELECT FROM job_queue WHERE id = %s FOR UPDATE", [ticket.job_id])
    assert queue.keep([ticket]) == 0
    worker.rollback()
