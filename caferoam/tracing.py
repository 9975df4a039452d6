"""Where a piece of work comes from: the request that asked for it, and the trace that it is part of.

A request's trace is the caller's, by its W3C ``traceparent`` header, or a new one. It goes with every log line, into
the payload of each job that is queued meanwhile, and so from job to job.

https://www.w3.org/TR/trace-context/
"""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Self

import structlog

# Version 00 ends here. A later one may go on after a hyphen; ff is no version.
_TRACEPARENT: Final = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace_id>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-(?P<flags>[0-9a-f]{2})"
    r"(?P<more>-.*)?"
)
_SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,128}")
_NOT_SAMPLED: Final = "00"


@dataclass(frozen=True, slots=True)
class Origin:
    """One process's part of a trace. ``flags`` are handed on as they came."""

    trace_id: str
    span_id: str
    flags: str
    request_id: str | None

    @classmethod
    def of_request(cls, request_id: str | None, traceparent: str = "") -> Self:
        """A new part of the caller's trace, or of a new one where the header is absent or malformed."""
        trace_id, flags = _parse(traceparent) or (secrets.token_hex(16), _NOT_SAMPLED)
        return cls(trace_id, secrets.token_hex(8), flags, request_id)

    @classmethod
    def of_payload(cls, payload: object) -> Self | None:
        """A new part of the trace that a job's payload carries; None when it carries none."""
        if not isinstance(payload, Mapping):
            return None
        traceparent, request_id = str(payload.get("_trace", "")), str(payload.get("_request_id", ""))
        sane_id = request_id if is_sane_request_id(request_id) else None
        return cls.of_request(sane_id, traceparent) if sane_id or _parse(traceparent) else None

    def carried(self) -> dict[str, str]:
        """What a job's payload holds of it."""
        carried = {"_trace": f"00-{self.trace_id}-{self.span_id}-{self.flags}"}
        return carried if self.request_id is None else carried | {"_request_id": self.request_id}


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def working_for(origin: Origin | None) -> Iterator[None]:
    """Work that comes from ``origin``: log lines inside the block show it, jobs queued there carry it."""
    token = _current.set(origin)
    shown = {} if origin is None else {"trace_id": origin.trace_id, "request_id": origin.request_id}
    try:
        with structlog.contextvars.bound_contextvars(**{name: value for name, value in shown.items() if value}):
            yield
    finally:
        _current.reset(token)


def carried() -> dict[str, str]:
    """What the payload of a job that is queued now has to carry; empty when nobody is known to have asked for it."""
    origin = _current.get()
    return {} if origin is None else origin.carried()


def setting() -> str:
    """The same for triggers, which read it from the database setting ``caferoam.job_context``."""
    known = carried()
    return json.dumps(known) if known else ""


def is_sane_request_id(text: str) -> bool:
    """Whether an id that a client chose may go into logs and rows as it is."""
    return _SANE_REQUEST_ID.fullmatch(text) is not None


def _parse(traceparent: str) -> tuple[str, str] | None:
    """Trace id and flags; None for anything malformed, which must be ignored as a whole."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or (match["version"] == "00" and match["more"]):
        return None
    return match["trace_id"], match["flags"]
