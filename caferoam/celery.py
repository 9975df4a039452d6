"""The Celery app. Redis only rings the bell: the rows of ``job_queue`` are the truth, so nothing here keeps results."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caferoam.settings")

app = Celery("caferoam")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("caferoam.jobs.lease:LeaseKeeper")
