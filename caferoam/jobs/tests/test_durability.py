"""What waits for the disk: a completion always, a claim and a start never."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from caferoam.jobs import enqueue, queue

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


def test_only_completions_wait_for_the_disk() -> None:
    hasty = patient = 0
    for _ in range(ROUNDS):
        enqueue("live_note")
        claim, claim_waits = waits(lambda: queue.claim(["live_note"]))
        (job,), start_waits = waits(partial(queue.start, claim.tickets["live_note"]))
        _, complete_waits = waits(partial(queue.complete, [job.attempt]))
        hasty += (not claim_waits) + (not start_waits)
        patient += complete_waits
    assert patient == ROUNDS
    assert hasty > ROUNDS  # now and then the server has just written by itself


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
