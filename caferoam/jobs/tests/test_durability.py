"""What waits for the disk: what a handler commits always, the queue's own steps never."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from caferoam.jobs import JobBatch, JobRun, enqueue, queue
from caferoam.jobs.tickets import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


@pytest.fixture(autouse=True)
def durable(lanes: None) -> Iterator[None]:
    """The tests' server does not wait for its disk; the session of these does."""
    answer("SET synchronous_commit = on")
    yield
    answer("RESET synchronous_commit")


def answer(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def setting() -> str:
    return answer("SHOW synchronous_commit")


def written_so_far() -> int:
    return int(answer("SELECT pg_current_wal_insert_lsn() - '0/0'"))


def on_disk() -> int:
    return int(answer("SELECT pg_current_wal_flush_lsn() - '0/0'"))


def waits[T](action: Callable[[], T]) -> tuple[T, bool]:
    """What the action returns, and whether what it wrote is on the disk by then."""
    before = written_so_far()
    result = action()
    assert setting() == "on"
    return result, on_disk() > before


def claim() -> list[Ticket]:
    return queue.claim(["live_note"]).tickets["live_note"]


def test_no_step_of_the_queue_waits_for_the_disk_by_itself() -> None:
    hasty = Counter[str]()
    for _ in range(ROUNDS):
        enqueue("live_note")
        tickets, claim_waits = waits(claim)
        (job,), start_waits = waits(partial(queue.start, tickets))
        completed, complete_waits = waits(partial(queue.complete, [job.attempt]))
        assert completed == 1
        hasty.update(claim=not claim_waits, start=not start_waits, complete=not complete_waits)
    # Now and then the server has just written by itself.
    assert {step for step, rounds in hasty.items() if rounds > ROUNDS / 2} == {"claim", "start", "complete"}


def completed(run: JobRun | JobBatch) -> None:
    with run.completing():
        """Nothing to write: what waits is the completion itself."""


@pytest.mark.parametrize("of", [lambda run: run, lambda run: JobBatch([run])], ids=["a job", "a batch"])
def test_a_completion_that_a_handler_asks_for_always_waits(of: Callable[[JobRun], JobRun | JobBatch]) -> None:
    for _ in range(ROUNDS):
        enqueue("live_note")
        (job,) = queue.start(claim())
        _, complete_waits = waits(partial(completed, of(JobRun(job, deadline=float("inf")))))
        assert complete_waits


@pytest.mark.parametrize("wish", ["on", "off", "local"])
def test_inside_a_transaction_its_owner_has_the_say(wish: str) -> None:
    with transaction.atomic():
        answer(f"SET LOCAL synchronous_commit = {wish}")
        enqueue("live_note")
        tickets = queue.claim(["live_note"]).tickets["live_note"]
        assert setting() == wish
        (job,) = queue.start(tickets)
        assert setting() == wish
        queue.complete([job.attempt])
    assert setting() == "on"
