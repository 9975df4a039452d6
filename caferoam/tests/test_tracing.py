import json

import pytest
import structlog

from caferoam import tracing
from caferoam.tracing import Origin, working_for

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    "traceparent", [PARENT, f"cc-{TRACE_ID}-00f067aa0ba902b7-01", f"cc-{TRACE_ID}-00f067aa0ba902b7-01-what-comes-later"]
)
def test_the_caller_s_trace_goes_on_with_a_part_of_our_own(traceparent: str) -> None:
    origin = Origin.of_request("request-1", traceparent)
    assert (origin.trace_id, origin.flags, origin.request_id) == (TRACE_ID, "01", "request-1")
    assert origin.span_id != "00f067aa0ba902b7"
    assert len(bytes.fromhex(origin.span_id)) == 8


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "junk",
        PARENT.upper(),
        PARENT + "-more",
        PARENT + "\n",
        " " + PARENT,
        PARENT[:-1],
        f"ff-{TRACE_ID}-00f067aa0ba902b7-01",
        f"cc-{TRACE_ID}-00f067aa0ba902b7-01.more",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID}-00f067aa0ba902b7-1g",
    ],
)
def test_a_malformed_header_is_ignored_as_a_whole(traceparent: str) -> None:
    origin = Origin.of_request("request-1", traceparent)
    assert origin.trace_id not in {TRACE_ID, "0" * 32}
    assert Origin.of_request(None, origin.carried()["_trace"]).trace_id == origin.trace_id, "a trace of its own"


def test_a_job_goes_on_with_what_its_payload_carries() -> None:
    asked = Origin.of_request("request-1", PARENT)
    job = Origin.of_payload({"shop_id": "1", **asked.carried()})
    assert job is not None
    assert (job.trace_id, job.request_id, job.flags) == (TRACE_ID, "request-1", "01")
    assert job.span_id != asked.span_id
    assert Origin.of_request(None, PARENT).carried().keys() == {"_trace"}


@pytest.mark.parametrize("payload", [{}, [], None, {"_trace": "junk"}, {"_request_id": "no good\n"}, {"_trace": 5}])
def test_a_job_of_unknown_origin_has_none(payload: object) -> None:
    assert Origin.of_payload(payload) is None


def test_a_request_id_alone_begins_a_trace() -> None:
    job = Origin.of_payload({"_request_id": "request-1", "_trace": "junk"})
    assert job is not None
    assert job.request_id == "request-1"


def test_nothing_is_carried_and_shown_outside_the_work() -> None:
    with working_for(Origin.of_request("request-1", PARENT)):
        assert tracing.carried()["_request_id"] == "request-1"
        assert json.loads(tracing.setting()) == tracing.carried()
        assert structlog.contextvars.get_contextvars() == {"trace_id": TRACE_ID, "request_id": "request-1"}
        with working_for(None):
            assert tracing.carried() == {}
    assert (tracing.carried(), tracing.setting()) == ({}, "")
    assert structlog.contextvars.get_contextvars() == {}
