"""How log lines look: one readable line each on a terminal, one JSON object each in production."""

from typing import Any

import structlog

_SHARED: list[structlog.types.Processor] = [
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
        # Not the renderer's own tracebacks: they print local variables, and those may be secrets.
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if json:
        last.insert(0, structlog.processors.format_exc_info)
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
        # Django's own handlers would write each line a second time; httpx tells every request at INFO.
        "loggers": {"django": {"handlers": [], "level": level}, "httpx": {"level": "WARNING"}},
    }
