"""Crash reports to Sentry, without secrets and personal data. Imported only where SENTRY_DSN is set: it takes memory.

What is logged as an error is reported, with its exception if it has one; whatever escapes a view, a task, a thread or
the program is reported by Sentry's own hooks. What happens in the normal course of things (a refused request, a busy
provider, a job that cannot succeed) is logged as less, and so is not.
"""

import logging
import os
from typing import Any, Final, cast

import sentry_sdk
import structlog
from celery import signals
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import Event, Hint

from caferoam.scrub_tree import scrub_tree

TAGS: Final[tuple[str, ...]] = ("job_id", "job_type", "attempt", "request_id", "trace_id")
"""What a report is found by, as far as it is known; the same as in the log."""
FORK_PATIENCE_S: Final = 2.0
"""With a Sentry that does not answer."""


def start(dsn: str, *, environment: str, release: str) -> None:
    """Report from now on, from this process and from those that a Celery worker forks."""

    def begin(**_: object) -> None:
        sentry_sdk.init(
            dsn,
            environment=environment,
            release=release or None,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
            max_breadcrumbs=30,
            # No more than these: the others cost memory, or tell of URLs, arguments and installed packages.
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                DjangoIntegration(signals_spans=False),
                CeleryIntegration(propagate_traces=False),
                LoggingIntegration(level=logging.INFO, event_level=logging.ERROR, sentry_logs_level=None),
                DedupeIntegration(),
                ExcepthookIntegration(),
                ThreadingIntegration(),
                AtexitIntegration(callback=lambda *_: None),
            ],
            # Breadcrumbs leave as part of these, and only then is it worth the time to scrub them.
            before_send=prepare,
            before_send_transaction=prepare,
            auto_session_tracking=False,
            send_client_reports=False,
        )

    begin()
    # A forked process must not speak through its parent's connection, nor inherit a lock of OpenSSL that the sending
    # thread happens to hold: its own first connection would hang.
    signals.worker_process_init.connect(begin, weak=False)
    os.register_at_fork(before=lambda: sentry_sdk.flush(timeout=FORK_PATIENCE_S))


def prepare(event: Event, hint: Hint) -> Event:
    """A report as it may leave the house: scrubbed, and with the tags by which it is looked for."""
    known = structlog.contextvars.get_contextvars()
    tags = {name: str(known[name]) for name in TAGS if name in known}
    record: Any = hint.get("log_record")
    if dead_letter := getattr(record, "dead_letter", None):
        event["fingerprint"] = ["dead letter", dead_letter]
    request = event.get("request") or {}
    if query := request.get("query_string"):
        request["query_string"] = f"?{query}"  # else its first value is not recognised for what it is
    scrubbed = cast("Event", scrub_tree(event))
    scrubbed["tags"] = cast("dict[str, str]", scrubbed.get("tags") or {}) | tags
    return scrubbed
