"""How an edition goes on: draft, ready, being sent, sent. Each step is one conditional update."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from caferoam.database.errors import violated_constraint
from caferoam.errors import CafeRoamError
from caferoam.jobs import enqueue
from digest import automatic
from digest.content import LOCALES, content_of
from digest.letters import HTML_MAX_BYTES, write_letter
from digest.models import Delivery, Edition

SENT_AT: Final = time(9)
"""On Mondays, in Taipei, unless somebody has changed the schedule."""
_ONE_A_WEEK: Final = "digest_editions_one_a_week"


class EditionRefused(CafeRoamError):
    """The step cannot be taken; ``code`` says why."""

    status = HTTPStatus.CONFLICT

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, extensions={"reason": code})
        self.reason = code


def monday_of(moment: datetime) -> date:
    """The Monday of the week in which the moment falls, in Taipei."""
    day = timezone.localtime(moment).date()
    return day - timedelta(days=day.weekday())


def next_monday(moment: datetime) -> date:
    """The Monday whose email is sent next: today's only until 09:00 in Taipei."""
    local = timezone.localtime(moment)
    monday = monday_of(moment)
    return monday if local.date() == monday and local.time() < SENT_AT else monday + timedelta(weeks=1)


def next_free_monday(moment: datetime) -> date:
    """The next Monday for which nothing is approved, or was sent ahead of time."""
    week = next_monday(moment)
    later = Edition.objects.exclude(status=Edition.Status.DRAFT).filter(week__gte=week)
    taken = set(later.values_list("week", flat=True))
    while week in taken:
        week += timedelta(weeks=1)
    return week


def approve(edition_id: UUID) -> None:
    """Let a draft be sent when its Monday comes, or at once when somebody says so.

    Raises:
        EditionRefused: it is no draft any more, shows no café, its mail is so long that mail programs cut it off, or
            another one is approved for that week.
    """
    edition = Edition.objects.filter(pk=edition_id).first()
    if edition is None or not (content := content_of(edition)).stories:
        raise EditionRefused("empty", "An edition needs at least one café that visitors can see.")
    if any(write_letter(content, locale).html_bytes > HTML_MAX_BYTES for locale in LOCALES):
        raise EditionRefused("too_long", "Mail programs would cut this mail off before its end.")
    try:
        with transaction.atomic():
            changed = Edition.objects.filter(pk=edition_id, status=Edition.Status.DRAFT).update(
                status=Edition.Status.READY
            )
    except IntegrityError as exc:
        if violated_constraint(exc) != _ONE_A_WEEK:
            raise
        raise EditionRefused("week_taken", "Another edition is approved for that week, or was sent.") from exc
    if not changed:
        raise EditionRefused("no_draft", "It is no draft any more.")


def withdraw(edition_id: UUID) -> None:
    """Make an approved edition a draft again.

    Raises:
        EditionRefused: it is not waiting to be sent.
    """
    if not Edition.objects.filter(pk=edition_id, status=Edition.Status.READY).update(status=Edition.Status.DRAFT):
        raise EditionRefused("not_ready", "It is not waiting to be sent.")


def send_now(edition_id: UUID) -> UUID:
    """Queue the sending of an approved edition, or of one that stopped half-way; the job's id.

    Raises:
        EditionRefused: it is not approved, or was sent.
    """
    if not Edition.objects.filter(pk=edition_id, status__in=[Edition.Status.READY, Edition.Status.SENDING]).exists():
        raise EditionRefused("not_ready", "It is not waiting to be sent.")
    return enqueue("weekly_email", {"edition_id": str(edition_id)})


def edition_to_send(now: datetime) -> Edition | None:
    """This week's: the one that a curator approved, or else one made by rules; None if that shows no café."""
    week = monday_of(now)
    return _approved(week) or automatic.make_edition(week)


def _approved(week: date) -> Edition | None:
    return Edition.objects.exclude(status=Edition.Status.DRAFT).filter(week=week).first()


@contextmanager
def as_it_would_be(week: date) -> Iterator[Edition | None]:
    """The edition that would be sent for a week if nobody approved another; None if there is no café to make one of.

    One that the rules make here is gone after the block, so that looking at it stands in no curator's way.
    """
    with transaction.atomic():
        yield _approved(week) or automatic.make_edition(week)
        transaction.set_rollback(True)


def begin(edition: Edition) -> None:
    """Let an approved edition be under way, with a delivery for everybody who wants it now. Changes nothing later."""
    with transaction.atomic():
        begun = Edition.objects.filter(pk=edition.pk, status=Edition.Status.READY).update(
            status=Edition.Status.SENDING, sending_since=Now()
        )
        if begun:
            with connection.cursor() as cursor:
                cursor.execute("SELECT private.plan_weekly_email_v1(%s)", [edition.pk])


def finish(edition: Edition) -> bool:
    """Call it sent, unless a delivery still waits; whether that was done now. In the transaction of the caller."""
    if Delivery.objects.filter(edition=edition, status=Delivery.Status.PENDING).exists():
        return False
    return bool(
        Edition.objects.filter(pk=edition.pk, status=Edition.Status.SENDING).update(
            status=Edition.Status.SENT, sent_at=Now()
        )
    )
