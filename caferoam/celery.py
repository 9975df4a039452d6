"""The Celery app. Redis only rings the bell: the rows of ``job_queue`` are the truth, so nothing here keeps results."""

import gc
import os

from celery import Celery, signals
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caferoam.settings")
# A worker has a process for each core: threads inside numpy would only make them fight. Read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Celery would prefer this one to the settings, and so speak to another broker than the relay's checks do.
os.environ.pop("CELERY_BROKER_URL", None)

# By the URL's scheme, because a transport that is set by name forgets that rediss:// means TLS.
TRANSPORT_ALIASES.update(dict.fromkeys(["redis", "rediss"], "caferoam.jobs.transport:Transport"))

app = Celery("caferoam")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].update(
    [
        "caferoam.jobs.lease:LeaseKeeper",
        "caferoam.jobs.shutdown:GracefulShutdown",
        "caferoam.jobs.exporter:WorkerExporter",
        "caferoam.jobs.vital_sign:WorkerPulse",
    ]
)


@signals.setup_logging.connect
def leave_logging_alone(**_: object) -> None:
    """Django's LOGGING is all there is to it. Without a receiver Celery would put its --loglevel above LOG_LEVEL."""


@signals.worker_before_create_process.connect
def keep_memory_shared(**_: object) -> None:
    """Before a child is forked: a collector that looked at what is there now would make the child copy it."""
    gc.collect()
    gc.freeze()
