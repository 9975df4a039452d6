"""The real settings, with the test's job types and with clocks that a test can wait for."""

import os
from datetime import timedelta

from caferoam.settings import *  # noqa: F403 - the point of the file
from caferoam.settings import CELERY_BROKER_TRANSPORT_OPTIONS, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "caferoam.jobs.tests.live"]
JOBS_LEASE = timedelta(seconds=8)  # longer than a machine under load stands still
JOBS_KEEP_EVERY = timedelta(seconds=0.4)
JOBS_RESCUE_EVERY = timedelta(seconds=0.4)
CELERY_WORKER_PREFETCH_MULTIPLIER = int(os.environ.get("LIVE_PREFETCH", "1"))
CELERY_WORKER_DISABLE_PREFETCH = CELERY_WORKER_PREFETCH_MULTIPLIER == 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "polling_interval": int(
        os.environ.get("LIVE_FETCH_S", "1")
    ),  # how long it waits for a message before it asks again
}
