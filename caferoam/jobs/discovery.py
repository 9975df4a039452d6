"""Finding all handlers."""

from collections.abc import Mapping

from caferoam.celery import app
from caferoam.jobs.registry import JobType, registry


def discover_job_types() -> Mapping[str, JobType]:
    """Import every installed app's ``tasks`` module, as a worker does, and return the job types by name."""
    app.loader.import_default_modules()
    return registry
