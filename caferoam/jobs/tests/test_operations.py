"""What each step of an operator does to jobs of each state, and what it leaves alone."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from caferoam.jobs import JobRun, endings, enqueue, enqueue_many, job, operations, queue, runner
from caferoam.jobs.models import Job, JobStart
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.conftest import aside, claimed, entries, events, someone_waits, started, state
from caferoam.jobs.tickets import Ticket
from caferoam.testing.jobs import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]

OPERATIONS: dict[str, Callable[..., int]] = {
    "requeue": operations.requeue,
    "discard": operations.discard,
    "cancel": operations.cancel,
    "run_now": operations.run_now,
}
KINDS = {"requeue": "requeued", "discard": "discarded", "cancel": "cancelled", "run_now": "hastened"}


def dead() -> UUID:
    attempt = started("live_fails", how="bug").attempt
    Job.objects.filter(pk=attempt.job_id).update(max_attempts=1)
    endings.fail(attempt, "ValueError: a bug")
    return attempt.job_id


def failed() -> UUID:
    attempt = started("live_quiet").attempt
    endings.fail_for_good(attempt, "no such shop")
    return attempt.job_id


def completed() -> UUID:
    attempt = started("live_quiet").attempt
    queue.complete([attempt])
    return attempt.job_id


JOBS: dict[str, Callable[[], UUID]] = {
    "dead_letter": dead,
    "failed": failed,
    "completed": completed,
    "claimed": lambda: claimed("live_batch").job_id,
    "started": lambda: started("live_note").attempt.job_id,
    "due": lambda: enqueue("live_note"),
    "later": lambda: enqueue("live_note", scheduled_at=timezone.now() + timedelta(hours=1)),
}
"""A job in each state. Made in this order, none takes another one's place."""

APPLIES = {
    "requeue": {"dead_letter", "failed"},
    "discard": {"dead_letter", "due", "later"},
    "cancel": {"claimed", "started", "due", "later"},
    "run_now": {"later"},
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_step_changes_the_jobs_it_applies_to_and_says_how_many(name: str) -> None:
    jobs = {kind: make() for kind, make in JOBS.items()}
    before = {row.pk: row for row in Job.objects.all()}
    noted = {job_id: len(events(job_id)) for job_id in jobs.values()}
    assert OPERATIONS[name](Job.objects.all(), by="ann") == len(APPLIES[name])
    changed = set()
    for kind, job_id in jobs.items():
        row = state(job_id)
        if row.status != before[job_id].status or row.scheduled_at != before[job_id].scheduled_at:
            changed.add(kind)
        new = events(job_id)[noted[job_id] :]
        assert [(event.kind, event.actor) for event in new] == ([(KINDS[name], "ann")] if kind in APPLIES[name] else [])
    assert changed == APPLIES[name]


def test_a_requeued_job_runs_again_at_once_with_three_further_attempts() -> None:
    job = dead()
    assert operations.requeue(Job.objects.filter(pk=job), by="ann") == 1
    row = state(job)
    assert (row.status, row.attempts, row.max_attempts, row.completed_at) == ("pending", 1, 4, None)
    assert queue.claim(["live_fails"]).tickets == {"live_fails": [Ticket(job, 1)]}
    *_, event = events(job)
    assert (event.attempt, event.started_at, event.detail) == (1, None, "ValueError: a bug")
    assert not JobStart.objects.exists()


def test_what_was_given_up_says_by_whom_and_what_was_wrong_before() -> None:
    letter, waiting = dead(), enqueue("live_note")
    operations.discard(Job.objects.all(), by="ann")
    assert state(letter).last_error == "discarded by ann; before: ValueError: a bug"
    row = state(waiting)
    assert (row.status, row.last_error) == ("failed", "discarded by ann")
    assert row.completed_at
    Job.objects.update(status="pending", last_error="x" * 500)
    operations.cancel(Job.objects.filter(pk=waiting), by="ann")
    text = state(waiting).last_error
    assert text
    assert (len(text), text[:26]) == (500, "cancelled by ann; before: ")


def test_a_hastened_job_is_due() -> None:
    job = enqueue("live_note", scheduled_at=timezone.now() + timedelta(hours=1))
    operations.run_now(Job.objects.filter(pk=job), by="ann")
    assert queue.claim(["live_note"]).tickets == {"live_note": [Ticket(job, 0)]}


def test_a_step_on_a_selection_leaves_all_others_alone() -> None:
    first, second, third = (enqueue("live_note") for _ in range(3))
    assert operations.cancel(Job.objects.filter(pk__in=[first, third]), by="ann") == 2
    assert [state(job).status for job in (first, second, third)] == ["failed", "pending", "failed"]


def test_a_step_on_all_that_match_a_filter() -> None:
    enqueue_many("live_note", [{"shop": n, "note": "100 %"} for n in range(5)])
    enqueue_many("live_quiet", [{"shop": n} for n in range(5)])
    jobs = Job.objects.filter(job_type="live_note", payload__shop__gte=2, payload__note__icontains="0 %")
    assert operations.cancel(jobs.order_by("-created_at").select_related(), by="ann") == 3
    assert Job.objects.filter(status="failed").count() == 3


@pytest.mark.parametrize("nothing", [Job.objects.none(), Job.objects.filter(pk__in=[])])
def test_a_step_on_nothing_changes_nothing(nothing: QuerySet[Job]) -> None:
    enqueue("live_note")
    assert operations.cancel(nothing, by="ann") == 0
    assert Job.objects.get().status == "pending"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["requeue", "run_now"])
def test_relays_hear_of_what_shall_run(worker: psycopg.Connection, name: str) -> None:
    JOBS[{"requeue": "failed", "run_now": "later"}[name]]()
    worker.execute("LISTEN job_queue")
    OPERATIONS[name](Job.objects.all(), by="ann")
    assert [message.payload for message in worker.notifies(timeout=30, stop_after=1)] == [""]
    OPERATIONS[name](Job.objects.all(), by="ann")
    assert list(worker.notifies(timeout=0.2, stop_after=1)) == []


@job("cancelled_at_work", queue="default", width=4, time_limit=timedelta(seconds=30))
def cancelled_at_work(run: JobRun, *, asks: bool) -> None:
    """Be cancelled while at work, then write into the ledger."""
    assert not run.is_cancelled()
    operations.cancel(Job.objects.filter(pk=run.id), by="ann")
    run._asked_at = float("-inf")  # a second later
    if asks and run.is_cancelled():
        return
    with run.completing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [run.id, run.attempt])


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("asks", [False, True])
def test_a_job_that_is_cancelled_while_it_runs_leaves_nothing_behind(*, asks: bool) -> None:
    job = enqueue("cancelled_at_work", {"asks": asks})
    assert drain(["cancelled_at_work"]) == {"lost": 1}
    assert (entries(), state(job).status, state(job).last_error) == ([], "failed", "cancelled by ann")
    (event,) = events(job)
    assert (event.kind, event.attempt) == ("cancelled", 1)
    assert event.started_at == JobStart.objects.get(pk=job).started_at


@job("told_to_stop", queue="default", width=4, time_limit=timedelta(seconds=30))
def told_to_stop(run: JobRun, *, completes: bool) -> None:
    """Find out that the row was taken away; and then it is claimed anew, but not yet started."""
    Job.objects.filter(pk=run.id).update(status="pending", claimed_at=None)
    assert run.is_cancelled()
    queue.claim(["told_to_stop"])
    if completes:
        with run.completing(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [run.id, run.attempt])


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("completes", [False, True])
def test_a_handler_that_was_told_to_stop_cannot_complete_the_row_even_where_nobody_else_has_started_it(
    *, completes: bool
) -> None:
    job = enqueue("told_to_stop", {"completes": completes})
    tickets = queue.claim(["told_to_stop"]).tickets["told_to_stop"]
    assert runner.run(registry["told_to_stop"], tickets) == {"pending": 1}
    assert (entries(), state(job).status, state(job).attempts) == ([], "pending", 1)


def test_the_message_of_a_cancelled_job_starts_nothing() -> None:
    ticket = claimed()
    operations.cancel(Job.objects.all(), by="ann")
    assert queue.start([ticket]) == []
    (event,) = events(ticket.job_id)
    assert (event.attempt, event.started_at) == (0, None)
    operations.requeue(Job.objects.all(), by="ann")
    assert len(queue.claim(["live_note"]).tickets["live_note"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_claimed_while_it_is_being_cancelled_is_cancelled(worker: psycopg.Connection) -> None:
    job = enqueue("live_note")
    worker.execute("BEGIN")
    worker.execute("SELECT FROM private.claim_jobs_v2('{live_note}')")
    with aside(lambda: operations.cancel(Job.objects.all(), by="ann")) as cancelled:
        assert someone_waits(worker)
        worker.execute("COMMIT")
    assert (cancelled.result(), state(job).status) == (1, "failed")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_completed_while_it_is_being_cancelled_stays_completed(worker: psycopg.Connection) -> None:
    attempt = started().attempt
    worker.execute("BEGIN")
    worker.execute("SELECT private.complete_jobs_v1(%s, %s)", [[attempt.job_id], [attempt.number]])
    with aside(lambda: operations.cancel(Job.objects.all(), by="ann")) as cancelled:
        assert someone_waits(worker)
        worker.execute("COMMIT")
    assert (cancelled.result(), state(attempt.job_id).status) == (0, "completed")
    assert events(attempt.job_id) == []
