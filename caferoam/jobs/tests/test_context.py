"""For which request, and as part of which trace, a job is worked on and queues others."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection

from caferoam.jobs import JobBatch, JobRun, enqueue, job, runner
from caferoam.jobs.models import Job
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.conftest import claimed
from caferoam.jobs.tests.test_relay import make_relay
from caferoam.testing.jobs import drain
from caferoam.tracing import Origin, working_for

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST_ID = "request-of-a-guest"
ORIGIN = Origin(TRACE_ID, "00f067aa0ba902b7", "01", REQUEST_ID)

seen: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    seen.clear()


@job("context_follows", queue="default", width=4, time_limit=timedelta(seconds=30))
def context_follows(run: JobRun, *, fail: bool = False) -> None:
    """Queue another job, and note what log lines and triggers would be told."""
    enqueue("live_note")
    with run.completing(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('caferoam.job_context', true)")
        (setting,) = cursor.fetchone()
        seen.append({**structlog.contextvars.get_contextvars(), "setting": json.loads(setting or "{}")})
        if fail:
            raise ValueError


@job("context_batch", queue="default", width=4, batch=4, time_limit=timedelta(seconds=30))
def context_batch(batch: JobBatch) -> None:
    """The same for several."""
    with batch.completing():
        seen.append(structlog.contextvars.get_contextvars())


@pytest.mark.django_db
@pytest.mark.usefixtures("lanes", "ledger")
class TestWork:
    def test_a_job_is_worked_on_for_whoever_queued_it_and_what_it_queues_too(self) -> None:
        with working_for(ORIGIN):
            first = enqueue("context_follows")
        drain(["context_follows"])
        ((told),) = seen
        assert told.pop("setting").keys() == {"_trace", "_request_id"}
        assert told == {
            "job_id": str(first),
            "job_type": "context_follows",
            "attempt": 1,
            "request_id": REQUEST_ID,
            "trace_id": TRACE_ID,
        }
        followed = Job.objects.get(job_type="live_note").payload
        assert followed["_request_id"] == REQUEST_ID
        _, trace_id, span_id, flags = followed["_trace"].split("-")
        assert (trace_id, flags) == (TRACE_ID, "01")
        assert span_id != ORIGIN.span_id, "the job's own part of the trace"

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("fail", [True, False])
    def test_nothing_of_it_is_left_for_the_next_job(self, *, fail: bool) -> None:
        with working_for(ORIGIN):
            enqueue("context_follows", {"fail": fail})
        drain(["context_follows"])
        assert structlog.contextvars.get_contextvars() == {}
        second = enqueue("context_follows")
        drain(["context_follows"])
        assert seen[1] == {"job_id": str(second), "job_type": "context_follows", "attempt": 1, "setting": {}}
        assert Job.objects.get(job_type="live_note", payload={})

    def test_jobs_that_are_handled_together_are_worked_on_for_nobody_in_particular(self) -> None:
        with working_for(ORIGIN):
            enqueue("context_batch")
            enqueue("context_batch")
        drain(["context_batch"])
        assert seen == [{"job_type": "context_batch", "jobs": 2}]

    def test_a_payload_that_is_no_object_has_no_origin(self) -> None:
        ticket = claimed("live_fails", how="bug")
        Job.objects.filter(pk=ticket.job_id).update(payload=["_trace"])
        assert runner.run(registry["live_fails"], [ticket]) == {"failed": 1}


@pytest.mark.django_db
def test_the_relay_tells_of_jobs_that_come_from_requests_and_of_others_only_to_those_who_debug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "caferoam.jobs.relay")
    relay = make_relay()
    relay.round()
    caplog.clear()
    enqueue("live_note")
    with working_for(ORIGIN):
        enqueue("live_batch")
    relay.round()
    assert sorted((record.levelname, record.getMessage()) for record in caplog.records) == [
        ("DEBUG", "live_note published"),
        ("INFO", "live_batch published"),
    ]
