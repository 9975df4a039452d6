"""Sending an edition: each member at most once, whatever crashes on the way.

A chunk of a hundred members is one call under one key, ``digest/EDITION/CHUNK``. Before the call its deliveries are
marked as handed over; from then on the mails may have gone out, and nothing but the same call is ever made for them
again, which the provider answers without sending twice, for as long as it remembers the key.

Who has withdrawn by the time of a second call is left out of it. If the first call had gone through, the provider then
says that it knows the key from another batch, and so all of the first batch were sent it. If it had not, those who are
left get the mail now. Either is known for certain, and the same goes for whatever else may have changed in between.
Only when the key is forgotten nothing can be known any more; then the mails count as lost rather than to go out twice.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from caferoam.jobs import JobRun, PermanentError, enqueue
from caferoam.jobs.statements import rows_of
from caferoam.providers.analytics import DigestSent, capture
from caferoam.providers.email import KEYS_LIVE, Mail, Mailer, Rejected, TakenBefore
from caferoam.providers.errors import ProviderRefused, TurnedAway
from digest import editions
from digest.addresses import email_hash, link_hash, link_token, one_click_link, page_link
from digest.content import LOCALES, content_of
from digest.letters import Letter, write_letter
from digest.models import Delivery, Edition, Suppression, Unsubscribe

logger = logging.getLogger("digest")

CHUNKS_A_JOB: Final = 25
"""Then the rest is another job's. One whose worker is lost again and again waits longer each time before it is tried
anew, so the losses of an edition of many chunks must not add up."""
HAND_ON_BEFORE: Final = timedelta(seconds=90)
"""The same with less time left: a call may take half a minute."""
KEY_IS_SAFE_FOR: Final = KEYS_LIVE - timedelta(hours=1)

WITHDRAWN: Final = "no longer wanted"
LOST: Final = "may have been sent: the provider's memory of it has run out"
SENT_BEFORE: Final = "sent by a call whose answer was lost"


@dataclass(frozen=True)
class _Recipient:
    delivery: UUID
    member: UUID
    email: str
    locale: str


def send_edition(run: JobRun, edition: Edition, mailer: Mailer) -> None:
    """Send what is left of an edition. Safe to break off anywhere, and to run twice.

    Raises:
        PermanentError: there is nothing in it to be sent, or it was not approved.
        ProviderUnavailable: later; what was sent stays sent.
        ProviderRefused: the provider does not take these mails; run it again when that is mended.
    """
    if edition.status == Edition.Status.DRAFT:
        raise PermanentError("This edition is a draft: approve it first.")
    if edition.status == Edition.Status.SENT:
        return
    content = content_of(edition)
    if not content.stories:
        raise PermanentError("This edition shows no café that visitors can see: nothing was sent.")
    letters = {locale: write_letter(content, locale) for locale in LOCALES}
    editions.begin(edition)
    ((total, done),) = rows_of(
        "SELECT count(*), count(*) FILTER (WHERE status <> 'pending') FROM digest_deliveries WHERE edition_id = %s",
        [edition.pk],
    )
    chunk, chunks_left = -1, CHUNKS_A_JOB
    while (waiting := _next_chunk(edition, after=chunk)) is not None:
        chunk = waiting
        if run.is_cancelled():
            return
        if not chunks_left or run.time_left_s < HAND_ON_BEFORE.total_seconds():
            with run.completing():
                enqueue("weekly_email", {"edition_id": str(edition.pk)})
            return
        done += send_chunk(edition, chunk, letters, mailer, now=timezone.now())
        chunks_left -= 1
        run.progress(done, total, f"edition of {edition.week}")
    with run.completing():
        is_sent = editions.finish(edition)
    logger.info("edition of %s: %d deliveries ended", edition.week, done)
    if is_sent:
        recipients = Delivery.objects.filter(edition=edition, status=Delivery.Status.SENT).count()
        capture(DigestSent(recipients, is_automatic=edition.is_automatic))


def send_chunk(edition: Edition, chunk: int, letters: Mapping[str, Letter], mailer: Mailer, *, now: datetime) -> int:
    """Send one chunk's waiting deliveries with one call, and count those that have come to an end."""
    waiting = list(Delivery.objects.filter(edition=edition, chunk=chunk, status=Delivery.Status.PENDING).order_by("id"))
    lost = [row.pk for row in waiting if row.handed_over_at and row.handed_over_at < now - KEY_IS_SAFE_FOR]
    if lost:
        _end(lost, Delivery.Status.FAILED, LOST)
        waiting = [row for row in waiting if row.pk not in set(lost)]
    recipients, unwanted = _sort_out(waiting)
    if not recipients:
        _end(list(unwanted), Delivery.Status.SKIPPED, WITHDRAWN, unwanted)
        return len(lost) + len(unwanted)
    mails = [_mail(recipient, letters[recipient.locale]) for recipient in recipients]
    # Those who were handed over before and have withdrawn since wait for the answer: it tells whether they got it.
    handed_over = {row.pk for row in waiting if row.handed_over_at}
    _hand_over(recipients, {pk: why for pk, why in unwanted.items() if pk not in handed_over})
    try:
        results = mailer.send_batch(mails, idempotency_key=f"digest/{edition.pk}/{chunk}")
    except (TurnedAway, ProviderRefused):
        # This call has sent nothing. Whom no call was made for before is not lost, however long it takes to mend.
        _take_back([recipient.delivery for recipient in recipients if recipient.delivery not in handed_over])
        raise
    undecided = {pk: why for pk, why in unwanted.items() if pk in handed_over}
    if isinstance(results, TakenBefore):
        _end([*(recipient.delivery for recipient in recipients), *undecided], Delivery.Status.SENT, SENT_BEFORE)
    else:
        _end(list(undecided), Delivery.Status.SKIPPED, WITHDRAWN, undecided)
        taken = {
            recipient.delivery: result.provider_id
            for recipient, result in zip(recipients, results, strict=True)
            if not isinstance(result, Rejected)
        }
        rejected = {
            recipient.delivery: result.reason
            for recipient, result in zip(recipients, results, strict=True)
            if isinstance(result, Rejected)
        }
        _note_sent(taken)
        _end(list(rejected), Delivery.Status.FAILED, "", rejected)
    return len(lost) + len(unwanted) + len(recipients)


def _next_chunk(edition: Edition, *, after: int) -> int | None:
    waiting = Delivery.objects.filter(edition=edition, status=Delivery.Status.PENDING, chunk__gt=after)
    return waiting.order_by("chunk").values_list("chunk", flat=True).first()


def _sort_out(waiting: Sequence[Delivery]) -> tuple[list[_Recipient], dict[UUID, str]]:
    """Who gets the mail as of now, in a fixed order; and why each of the others does not."""
    found = {
        member: (email, locale)
        for member, email, locale in rows_of(
            "SELECT profile_id, email, locale FROM private.weekly_email_recipients_v1(%s)",
            [[row.profile_id for row in waiting]],
        )
    }
    hashes = {member: email_hash(email) for member, (email, _locale) in found.items()}
    suppressed = dict(Suppression.objects.filter(email_hash__in=hashes.values()).values_list("email_hash", "reason"))
    recipients: list[_Recipient] = []
    unwanted: dict[UUID, str] = {}
    for row in waiting:
        if row.profile_id not in found:
            unwanted[row.pk] = WITHDRAWN
        elif reason := suppressed.get(hashes[row.profile_id]):
            unwanted[row.pk] = reason
        else:
            recipients.append(_Recipient(row.pk, row.profile_id, *found[row.profile_id]))
    return recipients, unwanted


def _mail(recipient: _Recipient, letter: Letter) -> Mail:
    token = link_token(recipient.member)
    html, text = letter.ending_at(page_link(token))
    return Mail(
        id=str(recipient.delivery),
        to=recipient.email,
        subject=letter.subject,
        html=html,
        text=text,
        # RFC 8058: mail programs show a button that asks nobody anything.
        headers={
            "List-Unsubscribe": f"<{one_click_link(token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _hand_over(recipients: Sequence[_Recipient], unwanted: Mapping[UUID, str]) -> None:
    """Commit who is about to be sent the mail, before anybody is."""
    with transaction.atomic():
        Unsubscribe.objects.bulk_create(
            [
                Unsubscribe(profile_id=recipient.member, token_hash=link_hash(link_token(recipient.member)))
                for recipient in recipients
            ],
            ignore_conflicts=True,
        )
        _end(list(unwanted), Delivery.Status.SKIPPED, WITHDRAWN, unwanted)
        rows_of(
            """
            UPDATE digest_deliveries AS d
            SET handed_over_at = coalesce(d.handed_over_at, now()), email_hash = given.email_hash
            FROM unnest(%s::uuid[], %s::text[]) AS given (id, email_hash)
            WHERE d.id = given.id AND d.status = 'pending'
            RETURNING d.id
            """,
            [[one.delivery for one in recipients], [email_hash(one.email) for one in recipients]],
        )


def _take_back(deliveries: Sequence[UUID]) -> None:
    Delivery.objects.filter(pk__in=deliveries, status=Delivery.Status.PENDING).update(handed_over_at=None)


def _note_sent(taken: Mapping[UUID, str]) -> None:
    rows_of(
        """
        UPDATE digest_deliveries AS d SET status = 'sent', sent_at = now(), provider_id = taken.provider_id
        FROM unnest(%s::uuid[], %s::text[]) AS taken (id, provider_id)
        WHERE d.id = taken.id AND d.status = 'pending'
        RETURNING d.id
        """,
        [list(taken), list(taken.values())],
    )


def _end(
    deliveries: Sequence[UUID], status: Delivery.Status, reason: str, reasons: Mapping[UUID, str] | None = None
) -> None:
    """End waiting deliveries; each for its own reason where it has one."""
    by_reason: dict[str, list[UUID]] = {}
    for pk in deliveries:
        by_reason.setdefault((reasons or {}).get(pk, reason), []).append(pk)
    sent_at = Now() if status == Delivery.Status.SENT else None
    for why, some in by_reason.items():
        Delivery.objects.filter(pk__in=some, status=Delivery.Status.PENDING).update(
            status=status, reason=why, sent_at=sent_at
        )
