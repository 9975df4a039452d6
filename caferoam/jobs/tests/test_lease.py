"""The lease keeper beyond what the live tests see of it."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import signals
from celery.worker import state as worker_state
from django.db import OperationalError, connection
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from caferoam.celery import app
from caferoam.jobs import endings, operations, queue
from caferoam.jobs.lease import LeaseKeeper, held_tickets
from caferoam.jobs.models import Job
from caferoam.jobs.tests.conftest import claimed, forked, state
from caferoam.jobs.tickets import Attempt, Ticket, to_message
from caferoam.testing.live import eventually


def request(name: str, *tickets: Ticket) -> SimpleNamespace:
    """As much of Celery's Request as the keeper reads: here one that waits for a child."""
    return SimpleNamespace(id="one", name=name, args=[to_message(tickets)], worker_pid=None)


@pytest.fixture
def keeper() -> LeaseKeeper:
    return LeaseKeeper(None)


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A claimed row whose message this worker has fetched."""
    ticket = claimed()
    monkeypatch.setitem(worker_state.requests, "one", request("live_note", ticket))
    return ticket


def test_only_job_tasks_hold_tickets() -> None:
    ticket = Ticket(uuid4(), 2)
    requests = [request("celery.ping"), request("live_note", ticket)]
    assert held_tickets(requests) == [ticket]  # type: ignore[arg-type]  # stand-ins with the two attributes that are read


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
def test_fetched_rows_are_renewed(keeper: LeaseKeeper, holding: Ticket) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET claimed_at = now() - interval '1 hour'")
    keeper.renew()
    assert endings.rescue(timedelta(seconds=90)) == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
def test_fetched_rows_go_back_at_shutdown_unless_they_have_started(keeper: LeaseKeeper, holding: Ticket) -> None:
    keeper.give_back()
    assert state(holding.job_id).status == "pending"
    queue.start(queue.claim(["live_note"]).tickets["live_note"])
    keeper.give_back()
    assert state(holding.job_id).status == "claimed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lanes")
def test_relays_are_told_of_what_went_back(keeper: LeaseKeeper, holding: Ticket, worker: psycopg.Connection) -> None:
    worker.execute("LISTEN job_queue")
    keeper.give_back()
    assert [heard.payload for heard in worker.notifies(timeout=30, stop_after=1)] == [""]


@pytest.mark.django_db
def test_a_worker_without_rows_asks_nothing_of_the_database(
    keeper: LeaseKeeper, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # an untyped fixture
        keeper.renew()
        keeper.give_back()


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize(("started", "attempts"), [(True, 1), (False, 0)])
def test_rows_of_a_dead_child_are_put_back(keeper: LeaseKeeper, *, started: bool, attempts: int) -> None:
    ticket = claimed()
    if started:
        queue.start([ticket])
    keeper.put_back([ticket], "WorkerLostError: signal 9")
    row = state(ticket.job_id)
    assert (row.status, row.attempts) == ("pending", attempts)
    assert row.last_error == ("WorkerLostError: signal 9" if started else None)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends when it is interrupted."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize(
    ("lost", "interrupted"),
    [({"cancelled"}, True), ({"completed"}, False), ({"cancelled", "kept"}, False), ({"cancelled", "requeued"}, True)],
    ids=["cancelled", "completed", "one of two", "both of two"],
)
def test_a_child_is_interrupted_once_all_its_rows_were_missed_twice(
    keeper: LeaseKeeper,
    monkeypatch: pytest.MonkeyPatch,
    child: subprocess.Popen[bytes],
    lost: set[str],
    *,
    interrupted: bool,
) -> None:
    tickets = [claimed() for _ in lost]
    queue.start(tickets)
    for ticket, how in zip(tickets, sorted(lost), strict=True):
        if how == "completed":
            queue.complete([Attempt(ticket.job_id, 1)])
        if how in {"cancelled", "requeued"}:
            operations.cancel(Job.objects.filter(pk=ticket.job_id), by="test")
        if how == "requeued":
            operations.requeue(Job.objects.filter(pk=ticket.job_id), by="test")
    of_child = request("live_note", *tickets)
    of_child.worker_pid = child.pid
    monkeypatch.setitem(worker_state.requests, "one", of_child)
    keeper.renew()
    assert child.poll() is None
    keeper.renew()
    if interrupted:
        assert child.wait(30) == -signal.SIGUSR1
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.2)


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
def test_a_child_that_has_gone_on_to_another_job_is_not_interrupted(
    keeper: LeaseKeeper, monkeypatch: pytest.MonkeyPatch, child: subprocess.Popen[bytes]
) -> None:
    ticket = claimed()
    queue.start([ticket])
    operations.cancel(Job.objects.filter(pk=ticket.job_id), by="test")
    of_child = request("live_note", ticket)
    of_child.worker_pid = child.pid
    monkeypatch.setitem(worker_state.requests, "one", of_child)
    keeper.renew()
    monkeypatch.setitem(worker_state.requests, "one", request("live_note"))
    keeper._look_for_lost([of_child])  # type: ignore[list-item]  # a stand-in
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.2)


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes")
def test_only_rows_that_are_missed_twice_in_a_row_are_given_up(
    keeper: LeaseKeeper, monkeypatch: pytest.MonkeyPatch, child: subprocess.Popen[bytes]
) -> None:
    ticket = claimed()
    queue.start([ticket])
    of_child = request("live_note", ticket)
    of_child.worker_pid = child.pid
    monkeypatch.setitem(worker_state.requests, "one", of_child)
    for status in ("failed", "claimed", "failed"):
        Job.objects.update(status=status, claimed_at=Now() if status == "claimed" else None)
        keeper.renew()
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.2)


@pytest.mark.parametrize(
    ("task", "error", "noted"),
    [
        ("live_note", WorkerLostError("signal 9"), True),
        ("live_note", TimeLimitExceeded(2), True),
        ("live_note", ValueError(), False),
        ("celery.ping", WorkerLostError("signal 9"), False),
    ],
)
def test_only_killed_children_of_job_tasks_are_noted(
    keeper: LeaseKeeper, task: str, error: BaseException, *, noted: bool
) -> None:
    args = [to_message([Ticket(uuid4(), 0)])]
    keeper.on_task_failure(sender=SimpleNamespace(name=task), exception=error, args=args)
    assert keeper._orders.empty() != noted


@pytest.mark.django_db
def test_trouble_with_the_database_is_told_and_survived(keeper: LeaseKeeper, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise OperationalError("gone")

    def attempt() -> None:
        keeper._attempt(broken)
        connection.close()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join(30)
    assert "leases could not be tended: gone" in caplog.text


@pytest.mark.slow
@pytest.mark.django_db
def test_the_worker_forks_no_child_while_a_step_is_taken(keeper: LeaseKeeper) -> None:
    is_forked = threading.Event()

    def fork() -> None:
        forked()
        is_forked.set()

    thread = threading.Thread(target=fork)

    def step() -> None:
        thread.start()
        assert not is_forked.wait(1.5)  # longer than a fork takes, shorter than it can be kept waiting

    assert keeper._attempt(step)
    thread.join(30)
    assert is_forked.is_set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lanes")
def test_a_renewal_that_failed_is_tried_again_long_before_the_next_is_due(
    settings: Settings, keeper: LeaseKeeper, holding: Ticket, caplog: pytest.LogCaptureFixture
) -> None:
    settings.JOBS_KEEP_EVERY = timedelta(seconds=10)
    before = state(holding.job_id).claimed_at
    worker_state.requests["broken"] = None
    keeper.start(None)
    try:
        assert eventually(lambda: "could not be tended" in caplog.text)
        failed_at = time.monotonic()
        del worker_state.requests["broken"]
        assert eventually(lambda: state(holding.job_id).claimed_at != before)
        assert time.monotonic() - failed_at < 8
    finally:
        worker_state.requests.pop("broken", None)
        keeper.end()


def test_it_is_part_of_every_worker() -> None:
    assert "caferoam.jobs.lease:LeaseKeeper" in app.steps["worker"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lanes")
def test_its_thread_renews_gives_back_and_puts_back(settings: Settings, keeper: LeaseKeeper, holding: Ticket) -> None:
    settings.JOBS_KEEP_EVERY = timedelta(seconds=0.05)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET claimed_at = now() - interval '1 hour'")
    before = state(holding.job_id).claimed_at
    keeper.start(None)
    try:
        assert eventually(lambda: state(holding.job_id).claimed_at != before)
        keeper.stop(None)
        assert state(holding.job_id).status == "pending"
        (again,) = queue.claim(["live_note"]).tickets["live_note"]
        queue.start([again])
        task = app.tasks["live_note"]
        signals.task_failure.send(sender=task, exception=WorkerLostError("signal 9"), args=[to_message([again])])
        assert eventually(lambda: state(again.job_id).last_error == "WorkerLostError: signal 9")
    finally:
        keeper.end()
