"""Messages that come twice, late, or from nowhere; payloads and messages that nobody can read."""

import base64
import json
import uuid
from typing import Any

import redis

from tests.faults.experiment import Verdict, experiment
from tests.faults.stage import Stage, require

QUEUE = "default"


@experiment
def messages_delivered_three_times(stage: Stage) -> Verdict:
    """Each of 300 messages stands in Valkey three times before a worker takes the first.

    Passes if every job is started once.
    """
    relay = stage.relay()
    stage.ready(relay)
    stage.sql("UPDATE job_lanes SET width = 300 WHERE job_type = 'faults_ledger'")
    jobs = stage.enqueue(300, ms=5)
    with stage.servers.broker() as broker:
        stage.until(lambda: broker.llen(QUEUE) == 300, 20, "all messages are in Valkey")
        for message in broker.lrange(QUEUE, 0, -1):
            # One copy as after a lost acknowledgement, one as if it had been published again.
            broker.rpush(QUEUE, message, _with_a_tag_of_its_own(message))
        stage.fault()
        stage.worker()
        recovered_s = stage.until_ended(jobs, 60)
        stage.until(lambda: not broker.llen(QUEUE), 60, "all copies are taken")
        stage.until(lambda: not broker.hlen("unacked"), 20, "all copies are dealt with")
    return stage.verdict(jobs, recovered_s=recovered_s)


@experiment
def late_and_stale_messages(stage: Stage) -> Verdict:
    """A message comes again when its job is completed; one of a first attempt comes when the row is claimed for the
    second; one carries the token of an attempt that is still to come; one names a job that does not exist.

    Passes if none of them starts anything.
    """
    relay = stage.relay()
    stage.ready(relay)
    (done,) = stage.enqueue()
    (failing,) = stage.enqueue(1, at="began", do="raise")
    with stage.servers.broker() as broker:
        stage.until(lambda: broker.llen(QUEUE) == 2, 20, "both messages are in Valkey")
        first = broker.lrange(QUEUE, 0, -1)
        worker = stage.worker()
        stage.until_ended([done], 30)
        stage.until(lambda: stage.status(failing) == "pending", 20, "the other one is to be tried again")
        worker.kill()
        broker.delete(QUEUE, "unacked", "unacked_index")
        stage.hasten([failing])
        stage.until(lambda: broker.llen(QUEUE) == 1, 20, "it is claimed again")
        future = _with_tickets(first[0], [[str(failing), 5]])
        unknown = _with_tickets(first[0], [[str(uuid.uuid4()), 0]])
        # A list is read from the right: these come before the message of the second attempt.
        broker.rpush(QUEUE, *first, future, unknown)
        stage.fault()
        stage.worker()
        stage.until(lambda: not broker.llen(QUEUE), 30, "all messages are taken")
    recovered_s = stage.until_ended([done, failing], 30)
    require(stage.bodies.starts()[done] == 1, "the completed job was started again")
    return stage.verdict([done, failing], recovered_s=recovered_s, most_extra_starts=1, most_burned=1)


@experiment
def redelivered_while_it_runs(stage: Stage) -> Verdict:
    """Valkey's visibility timeout of 3 s brings the message of a job of 8 s back while it runs.

    Passes if the message did come again, and the job was started once.
    """
    stage.environment |= {"FAULTS_VISIBILITY_S": "3"}
    stage.cast()
    jobs = stage.enqueue(1, ms=8000)
    stage.until(lambda: stage.reached("began", jobs), 20, "the job begins")
    with stage.servers.broker() as broker:
        ((tag, _),) = broker.hgetall("unacked").items()
        begun_at = broker.zscore("unacked_index", tag)
        stage.until(lambda: _was_delivered_again(broker, tag, begun_at), 20, "the message is delivered again")
    require(stage.status(jobs[0]) == "claimed", "the job had ended before its message came again")
    stage.until_ended(jobs, 30)
    return stage.verdict(jobs)


@experiment
def poison_payloads(stage: Stage) -> Verdict:
    """Payloads that do not fit: a wrong type, an unknown field, no object at all, among 50 that do.

    Passes if each is failed at once, with the field named, without a start of its handler; the others are completed.
    """
    stage.cast()
    stage.fault()
    poison = stage.enqueue(payloads=[{"ms": "soon"}, {"ms": True}, {"shop": 1}, [1, 2], "ms", None, {"ms": {"ms": 1}}])
    others = stage.enqueue(50, ms=5)
    recovered_s = stage.until_ended([*poison, *others], 30)
    errors = [str(row[0]) for row in stage.sql("SELECT last_error FROM job_queue WHERE id = ANY(%s)", [poison])]
    require(all("payload field" in error for error in errors), f"the errors are {errors}")
    require(set(stage.states(poison)) == {"failed"}, f"they ended as {dict(stage.states(poison))}")
    require(not stage.reached("began", poison), "a handler began with a payload that does not fit")
    return stage.verdict(others, recovered_s=recovered_s)


@experiment
def poison_messages(stage: Stage) -> Verdict:
    """Messages that no relay wrote: of a task that nobody knows, with tickets that are none.

    Passes if the worker throws them away and goes on, with the same process.
    """
    stage.ready(stage.relay())
    jobs = stage.enqueue()
    with stage.servers.broker() as broker:
        stage.until(lambda: broker.llen(QUEUE), 20, "a good message is in Valkey")
        (good,) = broker.lrange(QUEUE, 0, -1)
        for poison in (
            _with_tickets(good, "no tickets"),
            _with_tickets(good, [["no uuid", 0]]),
            _with_tickets(good, [[str(uuid.uuid4()), "zero"]]),
            _of_task(good, "faults_no_such_task"),
        ):
            broker.rpush(QUEUE, poison)
        worker = stage.worker()
        stage.fault()
        jobs += stage.enqueue(50, ms=5)
        recovered_s = stage.until_ended(jobs, 60)
        stage.until(lambda: not broker.llen(QUEUE), 20, "all messages are taken")
    require(worker.is_running, "the worker has ended")
    return stage.verdict(jobs, recovered_s=recovered_s)


def _read(message: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(message)
    return read


def _with_a_tag_of_its_own(message: bytes) -> bytes:
    read = _read(message)
    read["properties"]["delivery_tag"] = str(uuid.uuid4())
    return json.dumps(read).encode()


def _with_tickets(message: bytes, tickets: object) -> bytes:
    read = _read(_with_a_tag_of_its_own(message))
    _, *rest = json.loads(base64.b64decode(read["body"]))
    read["body"] = base64.b64encode(json.dumps([[tickets], *rest]).encode()).decode()
    return json.dumps(read).encode()


def _of_task(message: bytes, name: str) -> bytes:
    read = _read(_with_a_tag_of_its_own(message))
    read["headers"]["task"] = name
    return json.dumps(read).encode()


def _was_delivered_again(broker: redis.Redis, tag: bytes, begun_at: float | None) -> bool:
    return broker.zscore("unacked_index", tag) != begun_at
