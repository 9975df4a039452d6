"""The jobs of the weekly email."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from caferoam.jobs import JobRun, job
from caferoam.providers.email import get_mailer
from digest import editions, sending, webhooks
from digest.models import Edition

logger = logging.getLogger("digest")


# A worker that is killed on the way costs an attempt and no mail.
@job(
    "weekly_email",
    queue="default",
    width=1,
    time_limit=timedelta(minutes=30),
    max_attempts=8,
    unique=True,
    needs=["email"],
)
def weekly_email(run: JobRun, *, edition_id: UUID | None = None) -> None:
    """Send this week's edition, or the one that is named. Safe to run late, or twice: nobody gets an edition again."""
    if edition_id is None:
        edition = editions.edition_to_send(timezone.now())
    else:
        edition = Edition.objects.filter(pk=edition_id).first()
    if edition is None:
        logger.warning("weekly email: there is no edition, and no café to make one of")
        return
    webhooks.forget_old_events(timezone.now())
    sending.send_edition(run, edition, get_mailer())


@job("heed_mail_event", queue="default", width=4, time_limit=timedelta(minutes=1), max_attempts=8)
def heed_mail_event(run: JobRun, *, event_id: str) -> None:
    """Let whoever bounced or complained get no more mail. Safe to run late, or twice."""
    webhooks.heed(run, event_id)
