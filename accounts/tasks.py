"""Jobs about members: their photos, their exports, and their leaving."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import signals
from django.core.exceptions import ImproperlyConfigured

from accounts.erasure import tidying, work
from accounts.erasure.hmacs import check_key
from accounts.export import expiring, making
from accounts.uploads import processing, sweeping
from caferoam.jobs.decorator import job
from caferoam.jobs.run import JobRun
from caferoam.providers.storage import service_storage

logger = logging.getLogger("accounts")


@signals.worker_init.connect
def require_key(**_: object) -> None:
    """Let no worker start that could erase nobody: else that is known only when the first member's time has come."""
    try:
        check_key()
    except ImproperlyConfigured as exc:
        raise SystemExit(str(exc)) from exc  # any other exception Celery would log, and go on


# Two at a time: a picture that is being decoded takes up to 300 MB.
@job(
    "process_upload",
    queue="default",
    width=2,
    time_limit=timedelta(minutes=2),
    max_attempts=5,
    priority=5,
    needs=["storage"],
)
def process_upload(run: JobRun, *, upload_id: UUID, user_id: UUID) -> None:
    """Make the photo of a claimed upload. Safe to run late, or twice: it changes a claimed row only."""
    processing.process(run, service_storage(), upload_id=upload_id, user_id=user_id)


@job("delete_upload", queue="default", width=4, time_limit=timedelta(minutes=2), max_attempts=8, needs=["storage"])
def delete_upload(run: JobRun, *, upload_id: UUID, user_id: UUID) -> None:
    """Delete the files that an upload leaves behind. Safe to run late, or twice."""
    sweeping.delete_files(run, service_storage(), upload_id=upload_id, user_id=user_id)


@job("sweep_uploads", queue="maintenance", width=1, time_limit=timedelta(minutes=5))
def sweep_uploads(run: JobRun) -> None:
    """Discard what nobody used, and what was refused long ago. Each is then deleted by a job of its own."""
    with run.completing():
        swept = sweeping.sweep()
    logger.info("uploads swept: %d unused, %d refused ones", *swept)


@job(
    "erase_member",
    queue="default",
    width=2,
    time_limit=timedelta(minutes=30),
    max_attempts=8,
    priority=5,
    needs=["storage", "auth"],
)
def erase_member(run: JobRun, *, deletion_id: UUID, user_id: UUID) -> None:
    """Erase a member whose time has come. Safe to break off, and to run twice."""
    work.run_erasure(run, deletion_id=deletion_id)


@job("export_member", queue="default", width=2, time_limit=timedelta(minutes=30), max_attempts=5, needs=["storage"])
def export_member(run: JobRun, *, export_id: UUID, user_id: UUID) -> None:
    """Put a member's export together."""
    making.make_export(run, service_storage(), export_id=export_id)


@job("settle_deletions", queue="maintenance", width=1, time_limit=timedelta(minutes=5), needs=["storage"])
def settle_deletions(run: JobRun) -> None:
    """Forget the ids of members who are long gone, and queue erasures that are due and at which nobody is."""
    # First what asks nobody else: both commit by themselves, and neither does harm when it is done again.
    queued = tidying.queue_stranded()
    emptied = tidying.empty_tombstones()
    with run.completing():
        pass
    logger.info("deletions: %d tombstones emptied, %d erasures queued", emptied, queued)


@job("expire_exports", queue="maintenance", width=1, time_limit=timedelta(minutes=10), needs=["storage"])
def expire_exports(run: JobRun) -> None:
    """Delete exports whose time is over, and give up those that nobody is making."""
    abandoned = expiring.give_up_abandoned()
    expired = expiring.expire_exports(service_storage())
    with run.completing():
        pass
    logger.info("exports: %d expired, %d given up", expired, abandoned)
