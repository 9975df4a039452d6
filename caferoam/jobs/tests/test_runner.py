"""What a handler's end makes of its row."""

import logging
from contextlib import closing
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from caferoam.celery import app
from caferoam.jobs import JobBatch, JobRun, LaneClosed, LeaseLost, enqueue, job, queue, runner
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.conftest import claimed, entries, started, state
from caferoam.jobs.tickets import to_message
from caferoam.testing.jobs import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes", "ledger")]


def run(job_type: str, **payload: object) -> tuple[dict[str, int], Job]:
    """Queue one job, run it, and return the count of states and its row."""
    ticket = claimed(job_type, **payload)
    return runner.run(registry[job_type], [ticket]), state(ticket.job_id)


def troubles(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The levels of what was logged that somebody should look at."""
    return [record.levelname for record in caplog.records if record.levelno >= logging.WARNING]


def steal(job_id: UUID) -> None:
    """Let another attempt take the row over, as after a lost lease."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET attempts = attempts + 1 WHERE id = %s", [job_id])


def test_the_effect_commits_with_the_completion() -> None:
    states, row = run("live_note")
    assert (states, row.status, entries()) == ({"completed": 1}, "completed", [(row.pk, 1)])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_since_the_last_job_costs_the_next_one_nothing(owner: psycopg.Connection) -> None:
    run("live_note")
    ticket = claimed()
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    assert runner.run(registry["live_note"], [ticket]) == {"completed": 1}
    assert state(ticket.job_id).attempts == 1


def test_a_handler_that_does_not_complete_is_completed() -> None:
    states, row = run("live_quiet", shop_id=str(uuid4()))
    assert (states, row.status) == ({"completed": 1}, "completed")


def test_a_misfit_payload_fails_with_the_field_named_and_is_never_retried() -> None:
    states, row = run("live_quiet", shop_id="everywhere")
    assert (states, row.status) == ({"failed": 1}, "failed")
    assert row.last_error == "PayloadError: payload field 'shop_id' is no UUID"


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [
        ("bug", "pending", "ValueError: a surprise�"),
        ("permanent", "failed", "PermanentError: no such shop"),
        ("refused", "failed", "ProviderRefused: the text is not allowed"),
        ("unavailable", "pending", "ProviderUnavailable: busy"),
    ],
)
def test_an_error_rolls_the_effect_back_and_decides_what_follows(how: str, status: str, error: str) -> None:
    states, row = run("live_fails", how=how)
    assert (states, row.status, row.last_error) == ({status: 1}, status, error)
    assert entries() == []


def test_a_busy_provider_pauses_its_lane_and_burns_no_attempt() -> None:
    _, row = run("live_fails", how="unavailable")
    assert (row.attempts, row.max_attempts) == (1, 3)
    pause = Lane.objects.get(pk="live_fails").paused_until
    assert pause is not None
    assert timedelta(seconds=40) < pause - timezone.now() < timedelta(seconds=125)
    assert row.scheduled_at >= pause - timedelta(seconds=1)


def test_the_last_failure_leads_to_the_dead_letters() -> None:
    Lane.objects.filter(pk="live_fails").update(max_attempts=1)
    states, row = run("live_fails", how="bug")
    assert (states, row.status) == ({"dead_letter": 1}, "dead_letter")


def test_a_stale_ticket_runs_nothing() -> None:
    ticket = claimed()
    queue.start([ticket])
    assert runner.run(registry["live_note"], [ticket]) == {}
    assert entries() == []


@job("lost_before_completing", queue="default", width=4, time_limit=timedelta(seconds=30))
def lost_before_completing(run: JobRun) -> None:
    """Lose the lease while at work."""
    steal(run.id)
    with run.completing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [run.id, run.attempt])


def test_writes_of_an_attempt_that_lost_its_lease_are_rolled_back() -> None:
    queue_row = enqueue("lost_before_completing")
    assert drain(["lost_before_completing"]) == {"lost": 1}
    assert (entries(), state(queue_row).status, state(queue_row).attempts) == ([], "claimed", 2)


@job("lost_at_the_end", queue="default", width=4, time_limit=timedelta(seconds=30))
def lost_at_the_end(run: JobRun, *, fail: bool = False) -> None:
    """Lose the lease and notice nothing."""
    steal(run.id)
    if fail:
        raise ValueError


@pytest.mark.parametrize("fail", [True, False])
def test_an_attempt_that_lost_its_lease_changes_nothing_in_its_row_and_its_error_troubles_nobody(
    caplog: pytest.LogCaptureFixture, *, fail: bool
) -> None:
    states, row = run("lost_at_the_end", fail=fail)
    assert (states, row.status, row.attempts, row.last_error) == ({"lost": 1}, "claimed", 2, None)
    assert troubles(caplog) == ["WARNING"] * fail
    assert "Traceback" not in caplog.text


@job("cut_off", queue="default", width=4, time_limit=timedelta(seconds=30))
def cut_off(run: JobRun) -> None:
    """Lose the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_loses_the_database_fails_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    states, row = run("cut_off")
    assert (states, row.status, row.attempts) == ({"pending": 1}, "pending", 1)
    assert troubles(caplog) == ["ERROR"]


@job("cut_off_unawares", queue="default", width=4, time_limit=timedelta(seconds=30))
def cut_off_unawares(run: JobRun) -> None:
    """Have nothing to write, and not notice that somebody ends the session."""
    connection.ensure_connection()
    with closing(connections.create_connection("default")) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_while_the_handler_worked_does_not_undo_its_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    states, row = run("cut_off_unawares")
    assert (states, row.status, row.attempts) == ({"completed": 1}, "completed", 1)
    assert troubles(caplog) == []


def demote() -> None:
    """Let the session be one with a server that only reads, since another one has taken over."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")


@job("demoted", queue="default", width=4, time_limit=timedelta(seconds=30))
def demoted(run: JobRun, *, completes: bool) -> None:
    """Work meanwhile."""
    demote()
    if completes:
        with run.completing():
            """Nothing to write."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("completes", "status"), [(True, "pending"), (False, "completed")])
def test_a_job_ends_on_the_server_that_took_over_while_it_ran(status: str, *, completes: bool) -> None:
    states, row = run("demoted", completes=completes)
    assert (states, row.status, row.attempts) == ({status: 1}, status, 1)


@pytest.mark.django_db(transaction=True)
def test_a_job_begins_on_the_server_that_took_over_since_the_last_one() -> None:
    ticket = claimed()
    demote()
    assert runner.run(registry["live_note"], [ticket]) == {"completed": 1}
    assert state(ticket.job_id).attempts == 1


@job("careless", queue="default", width=4, time_limit=timedelta(seconds=30))
def careless(run: JobRun) -> None:
    """Raise when all is done."""
    with run.completing():
        """Nothing to write."""
    raise ValueError("too late")


def test_an_error_after_completion_changes_nothing_but_is_told(caplog: pytest.LogCaptureFixture) -> None:
    states, row = run("careless")
    assert (states, row.status, row.last_error) == ({"completed": 1}, "completed", None)
    assert troubles(caplog) == ["ERROR"]


def test_a_run_knows_its_attempt_and_its_deadline() -> None:
    attempt = started("live_fails", how="bug")
    soon = JobRun(attempt, deadline=float("inf"))
    assert (soon.id, soon.attempt, soon.is_last, soon.payload) == (attempt.attempt.job_id, 1, False, {"how": "bug"})
    assert soon.time_left_s == float("inf")


def batch(*wishes: str) -> tuple[dict[str, int], dict[str, str]]:
    """Run one message of batched jobs; the count of states, and each row's state by what it asked for."""
    for how in wishes:
        enqueue("live_batch", {"how": how})
    states = runner.run(registry["live_batch"], queue.claim(["live_batch"]).tickets["live_batch"])
    return states, {row.payload["how"]: row.status for row in Job.objects.filter(job_type="live_batch")}


def test_one_bad_item_fails_alone() -> None:
    states, by_wish = batch("well", "fail", "refuse", "fine")
    assert states == {"completed": 2, "pending": 1, "failed": 1}
    assert by_wish == {"well": "completed", "fine": "completed", "fail": "pending", "refuse": "failed"}
    assert len(entries()) == 2


def test_a_misfit_payload_never_reaches_the_batch() -> None:
    enqueue("live_batch", {"who": "x"})
    enqueue("live_batch", {"how": "well"})
    assert drain(["live_batch"]) == {"completed": 1, "failed": 1}


@job("counted_batch", queue="default", width=4, batch=4, time_limit=timedelta(seconds=30), fields={"how": str})
def counted_batch(batch: JobBatch) -> None:
    """Write down how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger VALUES (NULL, %s)", [len(batch.runs)])


def test_a_batch_of_misfits_is_not_called() -> None:
    enqueue("counted_batch", {"who": "x"})
    enqueue("counted_batch", {"who": "y"})
    assert drain(["counted_batch"]) == {"failed": 2}
    assert entries() == []
    enqueue("counted_batch", {"who": "x"})
    enqueue("counted_batch", {"how": "well"})
    assert drain(["counted_batch"]) == {"failed": 1, "completed": 1}
    assert [count for _, count in entries()] == [1]


def test_a_batch_that_raises_is_tried_again_as_a_whole() -> None:
    states, _ = batch("well", "crash")
    assert states == {"pending": 2}
    assert entries() == []


@job("batch_lost", queue="default", width=4, batch=4, time_limit=timedelta(seconds=30))
def batch_lost(batch: JobBatch) -> None:
    """Lose one row, then try to complete all."""
    steal(batch.runs[0].id)
    with batch.completing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger SELECT %s, 1", [batch.runs[1].id])


def test_what_a_lost_row_rolls_back_with_it_runs_again_at_once() -> None:
    enqueue("batch_lost")
    enqueue("batch_lost")
    first, second = queue.claim(["batch_lost"]).tickets["batch_lost"]
    assert runner.run(registry["batch_lost"], [first, second]) == {"lost": 1, "pending": 1}
    assert entries() == []
    assert (state(second.job_id).attempts, state(second.job_id).max_attempts) == (1, 4)
    assert queue.claim(["batch_lost"]).tickets["batch_lost"][0].job_id == second.job_id


def test_completing_twice_is_refused() -> None:
    run = JobRun(started(), deadline=0)
    with run.completing():
        """Nothing to write."""
    with pytest.raises(LeaseLost), run.completing():
        """Nothing to write."""


def test_draining_runs_what_jobs_queue_and_leaves_what_is_not_due() -> None:
    enqueue("live_note")
    enqueue("live_batch", {"how": "well"})
    enqueue("live_fails", {"how": "bug"})
    enqueue("live_note", scheduled_at=timezone.now() + timedelta(hours=1))
    assert drain() == {"completed": 2, "pending": 1}
    assert drain() == {}


@pytest.mark.django_db(transaction=True)
def test_a_message_is_what_the_task_takes() -> None:
    ticket = claimed()
    app.tasks["live_note"](to_message([ticket]))
    assert (state(ticket.job_id).status, entries()) == ("completed", [(ticket.job_id, 1)])


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="'careless' exists already"):
        job("careless", queue="default", width=1, time_limit=timedelta(seconds=1))(careless)


def test_each_type_is_a_celery_task_with_its_own_limits() -> None:
    task = app.tasks["live_deaf"]
    assert (task.name, task.time_limit, task.soft_time_limit) == ("live_deaf", 2, 1)


@job("too_late", queue="default", width=2, time_limit=timedelta(seconds=30))
def too_late(_run: JobRun) -> None:
    """Find the lane paused."""
    Lane.objects.filter(pk="too_late").update(paused_until=timezone.now() + timedelta(hours=1), pause_reason="Enough.")
    raise LaneClosed("Enough.")


def test_a_job_that_finds_its_lane_closed_goes_back_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    before = claimed("too_late")
    due = state(before.job_id).scheduled_at
    assert runner.run(registry["too_late"], [before]) == {"pending": 1}
    row = state(before.job_id)
    assert (row.status, row.scheduled_at, row.last_error) == ("pending", due, "LaneClosed: Enough.")
    assert row.max_attempts - row.attempts == 3
    assert queue.claim(["too_late"]).tickets == {}
    assert troubles(caplog) == []


def test_a_provider_that_asks_for_a_pause_does_not_write_over_an_operators_reason() -> None:
    ticket = claimed("live_fails", how="down")
    Lane.objects.filter(pk="live_fails").update(paused=True, pause_reason="by hand")
    assert runner.run(registry["live_fails"], [ticket]) == {"pending": 1}
    lane = Lane.objects.get(pk="live_fails")
    assert (lane.paused, lane.paused_until, lane.pause_reason) == (True, None, "by hand")
