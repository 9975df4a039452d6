"""``manage.py relay``: hand due jobs to Celery until SIGTERM or Ctrl-C."""

import os
import signal
from contextlib import nullcontext
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from caferoam.celery import app
from caferoam.jobs import queue
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.doorbell import Doorbell
from caferoam.jobs.exporter import relay_exporter
from caferoam.jobs.listener import Listener
from caferoam.jobs.relay import Relay
from caferoam.jobs.watchdog import Watchdog
from caferoam.pulse import Pulse

EXIT_HUNG: Final = 1
"""The platform starts it again."""


class Command(BaseCommand):
    help = "Hand due jobs to Celery until told to stop. Any number may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        job_types = discover_job_types()
        relay = Relay(
            job_types,
            doorbell=Doorbell(app, job_types),
            listener=Listener(settings.LISTEN_DATABASE_URL, queue.notify) if settings.JOBS_NOTIFY else None,
            pulse=Pulse(settings.REDIS_URL, "relay"),
            lease=settings.JOBS_LEASE,
            keep_every=settings.JOBS_KEEP_EVERY,
            rescue_every=settings.JOBS_RESCUE_EVERY,
        )
        try:
            exporter = relay_exporter(relay, job_types) if settings.METRICS_PORT else nullcontext()
        except OSError as exc:
            raise CommandError(f"METRICS_PORT {settings.METRICS_PORT} cannot be listened on: {exc.strerror}") from exc
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop())
        watchdog = Watchdog(
            lambda: relay.turns, is_stopping=lambda: relay.is_stopping, give_up=lambda: os._exit(EXIT_HUNG)
        )
        with exporter, watchdog:
            relay.run()
