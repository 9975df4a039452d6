"""Crash reports to Sentry, and check-ins with its monitors. Imported only where SENTRY_DSN is set: it takes memory.

What is logged as an error is reported, with its exception if it has one; whatever escapes a view, a task, a thread or
the program is reported by Sentry's own hooks. What happens in the normal course of things (a refused request, a busy
provider, a job that cannot succeed) is logged as less, and so is not. ``crash_events`` says what leaves.
"""

import logging
import os
from typing import Final, Literal

import sentry_sdk
import sentry_sdk.crons
from celery import signals
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.types import MonitorConfig

from caferoam.crash_events import prepare

type Status = Literal["in_progress", "ok", "error"]

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
            before_send_transaction=lambda *_: None,  # nothing is traced
            auto_session_tracking=False,
            send_client_reports=False,
        )

    begin()
    # A forked process must not speak through its parent's connection, nor inherit a lock of OpenSSL that the sending
    # thread happens to hold: its own first connection would hang.
    signals.worker_process_init.connect(begin, weak=False)
    os.register_at_fork(before=lambda: sentry_sdk.flush(timeout=FORK_PATIENCE_S))


def check_in(slug: str, check_in_id: str, status: Status, config: MonitorConfig) -> None:
    """Tell the monitor ``slug`` how far a turn of the schedule is; ``config`` makes the monitor, or changes it.

    Raises nothing and does not wait.
    """
    sentry_sdk.crons.capture_checkin(monitor_slug=slug, check_in_id=check_in_id, status=status, monitor_config=config)
