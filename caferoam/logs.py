"""How log lines look: one readable line each on a terminal, one JSON object each in production."""

import sys
from typing import Any, Final

# Where rich is installed (a development tool brings it), structlog takes it into every process: 4 MB each, for
# tracebacks that print local variables, and those may be secrets. None says that it is not there.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # for a moment
import structlog

if sys.modules["rich"] is None:
    del sys.modules["rich"]  # type: ignore[unreachable]  # the stubs do not know of None

from caferoam.scrub import scrub
from caferoam.scrub_tree import scrub_tree

# Written by us, or checked where they came in.
_HARMLESS: Final = frozenset(
    {"timestamp", "level", "logger", "request_id", "trace_id", "job_id", "job_type", "attempt", "jobs"}
)


def hide_secrets(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Scrub a line, its traceback included. At every level: a secret does not know how serious the line is."""
    for name, value in event.items():
        if name not in _HARMLESS:
            event[name] = scrub(value) if isinstance(value, str) else scrub_tree(value)
    return event


_SHARED: Final[list[structlog.types.Processor]] = [
    structlog.contextvars.merge_contextvars,  # what the request or job bound: its id
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
]


def logging_config(*, level: str, json: bool) -> dict[str, Any]:
    """Django's ``LOGGING``: every logger's lines, structlog's or not, pass the same processors to standard error."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    last = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # Not the renderer's own tracebacks: they print local variables, and those may be secrets.
        structlog.processors.format_exc_info,
        hide_secrets,
        renderer,
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": last,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level},  # its own handlers would write each line a second time
            "httpx": {"level": "WARNING"},  # tells every request at INFO
            "httpx2": {"level": "WARNING"},
            "anthropic": {"level": "WARNING"},  # tells every prompt at DEBUG
            # Each job has a line of ours, with what Celery does not know of it.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
