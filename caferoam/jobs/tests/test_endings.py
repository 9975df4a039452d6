"""How attempts end other than well, and what is noted of it."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from caferoam.jobs import endings, enqueue_many, operations, queue
from caferoam.jobs.models import Job, JobStart, Lane
from caferoam.jobs.tests.conftest import age, aside, claimed, entries, events, someone_waits, started, state, wait_of
from caferoam.jobs.tickets import Attempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]

LEASE = timedelta(seconds=90)


def test_a_failed_attempt_is_tried_again_later() -> None:
    job = started()
    assert endings.fail(job.attempt, "ValueError: no\x00" + "x" * 1000) == "pending"
    row = state(job.attempt.job_id)
    assert 12 <= wait_of(row) <= 18
    assert (row.attempts, row.claimed_at, row.completed_at) == (1, None, None)
    assert row.last_error is not None
    assert (len(row.last_error), row.last_error[:15]) == (500, "ValueError: no�")


def begun_anew(job_id: UUID) -> Attempt:
    """The next attempt of a waiting job."""
    Job.objects.filter(pk=job_id).update(scheduled_at=timezone.now() - timedelta(hours=1))
    (job,) = queue.start(queue.claim(["live_note"]).tickets["live_note"])
    return job.attempt


def test_the_wait_grows_with_each_failure_and_with_nothing_else() -> None:
    attempt = started().attempt
    job_id = attempt.job_id
    for _ in range(2):
        endings.snooze([attempt], timedelta(), "busy")
        endings.snooze([begun_anew(job_id)], timedelta(), "its worker stopped", kind="released")
        attempt = begun_anew(job_id)
    endings.fail(attempt, "no")
    assert 12 <= wait_of(state(job_id)) <= 18
    endings.fail(begun_anew(job_id), "no")
    assert 48 <= wait_of(state(job_id)) <= 72


def test_a_job_that_is_queued_again_waits_as_if_it_had_never_failed() -> None:
    attempt = started().attempt
    Job.objects.update(max_attempts=2)
    assert endings.fail(attempt, "no") == "pending"
    assert endings.fail(begun_anew(attempt.job_id), "no") == "dead_letter"
    operations.requeue(Job.objects.all(), by="test")
    endings.fail(begun_anew(attempt.job_id), "no")
    assert 12 <= wait_of(state(attempt.job_id)) <= 18


def test_the_last_failed_attempt_is_the_end() -> None:
    job = started("live_fails", how="bug")
    Job.objects.update(max_attempts=1)
    assert endings.fail(job.attempt, "again") == "dead_letter"
    row = state(job.attempt.job_id)
    assert row.completed_at
    assert queue.claim(["live_fails"]).tickets == {}


def test_a_permanent_error_is_never_retried() -> None:
    job = started()
    assert endings.fail_for_good(job.attempt, "no such shop") == "failed"
    assert (state(job.attempt.job_id).last_error, state(job.attempt.job_id).attempts) == ("no such shop", 1)


def test_a_snooze_burns_no_attempt_and_its_token_never_returns() -> None:
    job = started()
    before = state(job.attempt.job_id).max_attempts
    assert endings.snooze([job.attempt], timedelta(seconds=60), "busy") == 1
    row = state(job.attempt.job_id)
    assert (row.status, row.attempts, row.max_attempts) == ("pending", 1, before + 1)
    assert wait_of(row) == pytest.approx(60, abs=0.01)


def test_what_is_put_back_without_a_delay_keeps_its_place_in_the_lane() -> None:
    job = started()
    Job.objects.update(scheduled_at=timezone.now() - timedelta(hours=1))
    before = state(job.attempt.job_id).scheduled_at
    assert endings.snooze([job.attempt], timedelta(), "its worker stopped", kind="released") == 1
    assert state(job.attempt.job_id).scheduled_at == before


def test_a_longer_pause_of_a_lane_stays() -> None:
    endings.pause_lane("live_note", timedelta(hours=1), "busy")
    longer = Lane.objects.get(pk="live_note").paused_until
    endings.pause_lane("live_note", timedelta(seconds=1), "busy")
    assert Lane.objects.get(pk="live_note").paused_until == longer


def test_rescue_leaves_living_leases_alone() -> None:
    ticket = claimed()
    age(ticket.job_id, 80)
    assert endings.rescue(timedelta(seconds=90)) == {}


def test_rescue_of_an_unstarted_row_burns_nothing() -> None:
    ticket = claimed()
    age(ticket.job_id, 100)
    assert endings.rescue(timedelta(seconds=90)) == {"pending": 1}
    row = state(ticket.job_id)
    assert (row.attempts, row.last_error) == (0, None)
    assert queue.claim(["live_note"]).tickets == {"live_note": [ticket]}


def test_the_first_lost_worker_costs_no_wait_and_the_next_ones_do() -> None:
    job = started()
    Job.objects.update(max_attempts=9)
    waits = []
    for attempt in range(1, 4):
        age(job.attempt.job_id, 100)
        assert endings.rescue(timedelta(seconds=90)) == {"pending": 1}
        row = state(job.attempt.job_id)
        assert row.last_error == f"the worker was lost: lease expired on attempt {attempt}"
        waits.append(wait_of(row))
        Job.objects.update(scheduled_at=row.created_at)
        queue.start(queue.claim(["live_note"]).tickets["live_note"])
    assert waits == [pytest.approx(0, abs=0.01), pytest.approx(15, abs=0.01), pytest.approx(60, abs=0.01)]


def test_a_job_that_takes_its_worker_along_every_time_is_dead_in_the_end() -> None:
    job = started()
    Job.objects.update(attempts=3)
    age(job.attempt.job_id, 100)
    assert endings.rescue(timedelta(seconds=90)) == {"dead_letter": 1}
    assert state(job.attempt.job_id).completed_at


@pytest.mark.django_db(transaction=True)
def test_rescue_and_completion_of_the_same_row_cannot_both_win(worker: psycopg.Connection) -> None:
    job = started()
    age(job.attempt.job_id, 100)
    worker.autocommit = False
    worker.execute(
        "UPDATE job_queue SET status = 'completed', completed_at = now(), claimed_at = NULL"
        " WHERE id = %s AND status = 'claimed' AND attempts = 1",
        [job.attempt.job_id],
    )
    assert endings.rescue(timedelta(seconds=90)) == {}  # it passes by the row that is just being completed
    worker.commit()
    assert endings.rescue(timedelta(seconds=90)) == {}
    assert state(job.attempt.job_id).status == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_completion_that_waited_for_a_rescue_finds_the_row_gone(worker: psycopg.Connection) -> None:
    job = started()
    age(job.attempt.job_id, 100)
    rescued = threading.Event()
    with aside(lambda: rescued.wait(30) and queue.complete([job.attempt])) as completed, transaction.atomic():
        assert endings.rescue(LEASE) == {"pending": 1}
        rescued.set()
        assert someone_waits(worker)
    assert completed.result() == 0


def lose(attempt: Attempt) -> object:
    age(attempt.job_id, 100)
    return endings.rescue(LEASE)


def lose_the_last(attempt: Attempt) -> object:
    Job.objects.update(max_attempts=1)
    return lose(attempt)


def fail_the_last(attempt: Attempt) -> object:
    Job.objects.update(max_attempts=1)
    return endings.fail(attempt, "no", traceback="line 1")


LOST = "the worker was lost: lease expired on attempt 1"
ENDINGS: list[tuple[str, str, Callable[[Attempt], object], str, str | None]] = [
    ("retried", "pending", lambda attempt: endings.fail(attempt, "no", traceback="line 1"), "no", "line 1"),
    ("dead_letter", "dead_letter", fail_the_last, "no", "line 1"),
    ("failed", "failed", lambda attempt: endings.fail_for_good(attempt, "no", traceback="line 1"), "no", "line 1"),
    ("snoozed", "pending", lambda attempt: endings.snooze([attempt], timedelta(), "no"), "no", None),
    ("released", "pending", lambda attempt: endings.snooze([attempt], timedelta(), "no", kind="released"), "no", None),
    ("lost", "pending", lose, LOST, None),
    ("dead_letter", "dead_letter", lose_the_last, LOST, None),
]


@pytest.mark.parametrize(("kind", "status", "end", "detail", "traceback"), ENDINGS)
def test_every_ending_is_noted_with_the_attempt_it_ended(
    kind: str, status: str, end: Callable[[Attempt], object], detail: str, traceback: str | None
) -> None:
    attempt = started().attempt
    began_at = JobStart.objects.get(pk=attempt.job_id).started_at
    end(attempt)
    assert state(attempt.job_id).status == status
    (event,) = events(attempt.job_id)
    assert (event.kind, event.attempt, event.started_at, event.actor) == (kind, 1, began_at, None)
    assert (event.detail, event.traceback) == (detail, traceback)
    # Only what has ended for good shows its last start.
    assert JobStart.objects.exists() == (status != "pending")


def test_an_ending_that_comes_too_late_is_not_noted() -> None:
    attempt = started().attempt
    queue.complete([attempt])
    for _, _, end, *_ in ENDINGS:
        end(attempt)
    assert events(attempt.job_id) == []
    assert JobStart.objects.get().attempt == 1


def test_a_job_s_events_go_with_it() -> None:
    attempt = started().attempt
    endings.fail_for_good(attempt, "no")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM job_queue")
    assert events(attempt.job_id) == []


def test_of_a_row_that_never_started_and_goes_back_nothing_is_noted() -> None:
    ticket = claimed()
    age(ticket.job_id, 100)
    Job.objects.update(last_error="busy, earlier")
    endings.rescue(LEASE)
    assert events(ticket.job_id) == []
    assert state(ticket.job_id).last_error == "busy, earlier"


def test_of_a_row_that_never_started_its_last_attempt_the_end_is_noted() -> None:
    ticket = claimed()
    age(ticket.job_id, 100)
    Job.objects.update(attempts=3)
    assert endings.rescue(LEASE) == {"dead_letter": 1}
    (event,) = events(ticket.job_id)
    assert (event.kind, event.started_at) == ("dead_letter", None)
    assert event.detail == "the worker was lost: lease expired on attempt 3"


def test_after_a_crash_of_postgres_which_empties_the_table_of_starts_a_row_goes_back_at_once() -> None:
    attempt = started().attempt
    Job.objects.update(attempts=2, max_attempts=9)
    JobStart.objects.all().delete()
    age(attempt.job_id, 100)
    assert endings.rescue(LEASE) == {"pending": 1}
    assert wait_of(state(attempt.job_id)) <= 0


def test_a_rescue_takes_the_oldest_first_and_no_more_than_it_may() -> None:
    enqueue_many("live_note", [{}] * 3)
    first, second, third = queue.claim(["live_note"]).tickets["live_note"]
    for ticket, seconds in ((first, 100), (second, 300), (third, 200)):
        age(ticket.job_id, seconds)
    assert endings.rescue(LEASE, limit=2) == {"pending": 2}
    assert state(first.job_id).status == "claimed"


def test_a_batch_is_put_back_in_one_statement_with_an_event_each() -> None:
    enqueue_many("live_note", [{}] * 3)
    jobs = queue.start(queue.claim(["live_note"]).tickets["live_note"])
    lost, *held = [job.attempt for job in jobs]
    queue.complete([lost])
    assert endings.snooze([lost, *held], timedelta(), "busy") == 2
    assert Counter(len(events(job.attempt.job_id)) for job in jobs) == {1: 2, 0: 1}


SECRETS = {
    "a token": ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl", "eyJ"),
    "a bearer": ("Authorization: Bearer abc123def456ghi", "abc123"),
    "a password": ("postgresql://worker:hunter2@db.example/caferoam", "hunter2"),
    "an address": ("mail to ann@example.com bounced", "ann@"),
    "a signed URL": ("https://x.example/photo.jpg?token=abcdef&size=2", "abcdef"),
    "a key": ("sk-ant-api03-abcdefghijklmnop", "abcdefghij"),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_no_secret_is_kept(text: str, secret: str) -> None:
    endings.fail_for_good(started().attempt, text, traceback=f"File x.py\n{text}")
    endings.pause_lane("live_note", timedelta(seconds=1), text)
    lane = Lane.objects.get(pk="live_note")
    row = Job.objects.get()
    (event,) = events(row.pk)
    for kept in (row.last_error, event.detail, event.traceback, lane.pause_reason):
        assert kept
        assert secret not in kept
        assert "[hidden]" in kept


def test_of_a_traceback_the_end_is_kept_and_of_an_error_the_beginning() -> None:
    endings.fail_for_good(started().attempt, "A" + "b" * 200_000, traceback="a" * 200_000 + "\nValueError: no")
    (event,) = events(Job.objects.get().pk)
    assert event.traceback
    assert (len(event.traceback), event.traceback[-15:]) == (20_000, "ValueError: no"[-15:].rjust(15, "\n"))
    assert event.detail == "A" + "b" * 499


@pytest.mark.parametrize("text", ["a name of a file: \udcff", "a zero: \x00"])
def test_a_text_that_postgres_refuses_is_kept_all_the_same(text: str) -> None:
    assert endings.fail(started().attempt, text, traceback=text) == "pending"
    (event,) = events(Job.objects.get().pk)
    assert event.detail[:-1] == event.traceback[:-1] == text[:-1]  # type: ignore[index]  # it has one


def note_and_complete(attempt: Attempt) -> int:
    """What a worker does at the end of a job: 1 when the row was its own, else nothing is left of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO ledger VALUES (%s, %s)", [*attempt])
        completed = queue.complete([attempt])
        transaction.set_rollback(not completed)
    return completed


@pytest.mark.slow
@pytest.mark.usefixtures("ledger")
@pytest.mark.django_db(transaction=True)
def test_rescues_and_completions_of_a_thousand_rows_that_race_leave_each_done_once() -> None:
    """After https://github.com/riverqueue/river/issues/1302, where rescues put rows back that were done meanwhile."""
    Lane.objects.filter(pk="live_note").update(width=1000)
    enqueue_many("live_note", ({"n": n} for n in range(1000)))
    tickets = queue.claim(["live_note"]).tickets["live_note"]
    attempts = [job.attempt for job in queue.start(tickets)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET claimed_at = now() - interval '1 hour'")
    random.shuffle(attempts)
    rescued = Counter(endings.rescue(LEASE, limit=3))  # each side gets some, however slow the other is to begin
    begun = threading.Event()

    def complete_all() -> int:
        completed = 0
        for attempt in attempts:
            completed += note_and_complete(attempt)
            if completed:
                begun.set()
        return completed

    with aside(complete_all) as completions:
        assert begun.wait(30)
        while not completions.done():
            rescued += endings.rescue(LEASE, limit=3)
    completed = completions.result()
    assert Counter(Job.objects.values_list("status", flat=True)) == +Counter(
        completed=completed, pending=rescued["pending"]
    )
    assert completed + rescued["pending"] == 1000
    assert sorted(job_id for job_id, _ in entries()) == sorted(
        Job.objects.filter(status="completed").values_list("pk", flat=True)
    )
