"""What operators see of a job at work: when and where it was started, and how far it has come."""

import os
import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from caferoam.jobs import JobRun, LeaseLost, endings, queue
from caferoam.jobs.models import Job, JobStart
from caferoam.jobs.run import JobBatch
from caferoam.jobs.tests.conftest import claimed, started
from caferoam.jobs.tickets import Attempt, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]


def a_run() -> JobRun:
    return JobRun(started(), deadline=float("inf"))


def seen() -> tuple[int | None, int | None, str | None]:
    """What operators see of the only job."""
    start = JobStart.objects.get()
    return start.done, start.total, start.note


def test_a_start_says_when_and_where() -> None:
    ticket = claimed()
    assert not JobStart.objects.exists()
    queue.start([ticket])
    start = JobStart.objects.get()
    assert (start.job_id, start.attempt, start.worker) == (ticket.job_id, 1, f"{socket.gethostname()}:{os.getpid()}")
    assert abs(start.started_at - timezone.now()) < timedelta(minutes=1)
    assert (start.done, start.total, start.note, start.progressed_at) == (None, None, None, None)


def test_a_new_start_begins_anew() -> None:
    run = a_run()
    run.progress(5, 9, "half of it")
    # As after an operator's change by hand, which forgets nothing.
    Job.objects.update(status="claimed", attempts=1)
    queue.start([Ticket(run.id, 1)])
    assert (JobStart.objects.get().attempt, seen()) == (2, (None, None, None))
    assert JobStart.objects.get().progressed_at is None


def test_a_start_is_kept_when_the_job_is_done_and_goes_when_it_waits_for_another() -> None:
    first, second = a_run(), a_run()
    queue.complete([first.fence])
    endings.fail(second.fence, "no")
    assert JobStart.objects.get().job_id == first.id


def test_progress_is_seen() -> None:
    a_run().progress(3, 10, "three of ten")
    assert seen() == (3, 10, "three of ten")
    progressed_at = JobStart.objects.get().progressed_at
    assert progressed_at
    assert abs(progressed_at - timezone.now()) < timedelta(minutes=1)


def test_progress_without_a_total_or_a_note_is_progress_too() -> None:
    a_run().progress(3)
    assert seen() == (3, None, None)


def test_progress_is_written_down_once_a_second_and_at_the_end_in_any_case() -> None:
    run = a_run()
    with CaptureQueriesContext(connection) as queries:
        for done in range(1, 100):
            run.progress(done, 100)
    assert (len(queries), seen()[0]) == (1, 1)
    run._noted_at -= 1  # a second later
    run.progress(99, 100)
    assert seen()[0] == 99
    run.progress(100, 100)
    assert seen()[0] == 100


def test_an_attempt_that_is_over_reports_nothing_more() -> None:
    run = a_run()
    queue.report_progress(Attempt(run.id, 2), done=9, total=9, note="")
    assert seen() == (None, None, None)


def test_a_note_holds_no_secret_and_nothing_that_postgres_refuses() -> None:
    a_run().progress(1, 2, "mail to ann@example.com \x00" + "x" * 1000)
    note = seen()[2]
    assert note
    assert (note[:19], len(note)) == ("mail to [hidden] �x", 500)


def test_whether_a_job_is_cancelled_is_asked_once_a_second_until_it_is() -> None:
    run = a_run()
    with CaptureQueriesContext(connection) as queries:
        assert [run.is_cancelled() for _ in range(3)] == [False, False, False]
        Job.objects.update(status="failed")
        assert not run.is_cancelled()
        run._asked_at -= 1  # a second later
        assert [run.is_cancelled() for _ in range(3)] == [True, True, True]
    assert len(queries) == 3  # two of them the run's


def test_a_batch_with_a_row_that_was_found_lost_is_not_completed() -> None:
    good, lost = a_run(), a_run()
    Job.objects.filter(pk=lost.id).update(status="pending", claimed_at=None)
    assert lost.is_cancelled()
    with pytest.raises(LeaseLost), JobBatch([good, lost]).completing():
        """Nothing to write."""
    assert Job.objects.get(pk=good.id).status == "claimed"
