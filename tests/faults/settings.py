"""The product's settings with the experiments' job types, and clocks that an experiment can wait for."""

import os
from datetime import timedelta

from caferoam.settings import *  # noqa: F403 - the point of the file
from caferoam.settings import CELERY_BROKER_TRANSPORT_OPTIONS as _TRANSPORT
from caferoam.settings import INSTALLED_APPS as _PRODUCT_APPS
from tests.faults.clocks import KEEP_S, LEASE_S, RESCUE_S

INSTALLED_APPS = [*_PRODUCT_APPS, "tests.faults"]

JOBS_LEASE = timedelta(seconds=float(os.environ.get("FAULTS_LEASE_S", LEASE_S)))
JOBS_KEEP_EVERY = timedelta(seconds=float(os.environ.get("FAULTS_KEEP_S", KEEP_S)))
JOBS_RESCUE_EVERY = timedelta(seconds=RESCUE_S)
JOBS_SCHEDULE = dict[str, tuple[str, str]]()  # what fires must be an experiment's own

_options: dict[str, object] = {**_TRANSPORT, "client_name": os.environ.get("FAULTS_PROCESS", "")}
if "FAULTS_VISIBILITY_S" in os.environ:
    _options |= {
        "ack_emulation": True,  # without it nothing is delivered again
        "visibility_timeout": float(os.environ["FAULTS_VISIBILITY_S"]),
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
globals()["CELERY_BROKER_TRANSPORT_OPTIONS"] = _options  # a plain assignment would have to be of the import's type
