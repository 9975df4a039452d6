"""What the mail provider reports: https://resend.com/docs/dashboard/webhooks/introduction, signed in Svix's manner.

A message counts if one of our secrets has signed its raw bytes within the last five minutes. What it says is kept once
by its id, without addresses, and heeded by a job: who bounced for good, or complained, gets no more mail.
"""

import base64
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from caferoam.errors import CafeRoamError
from caferoam.jobs import JobRun
from caferoam.jobs.statements import rows_of
from digest.models import Delivery, Suppression, WebhookEvent

logger = logging.getLogger("digest")

TOLERANCE: Final = timedelta(minutes=5)
KEEP_EVENTS: Final = timedelta(days=60)
"""Longer than a message is sent again."""
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)
_HEEDED: Final[Mapping[str, str]] = {
    "email.bounced": Suppression.Reason.BOUNCED,
    "email.suppressed": Suppression.Reason.BOUNCED,  # the provider itself remembers an earlier bounce
    "email.complained": Suppression.Reason.COMPLAINED,
}
_FOR_GOOD: Final = "Permanent"


class SignatureRefused(CafeRoamError):
    """Not from the mail provider, or not of now."""

    status = HTTPStatus.FORBIDDEN
    code = "signature_refused"

    def __init__(self) -> None:
        super().__init__("This message is not signed by the mail provider, or it is too old.")


def verified_id(headers: Mapping[str, str], body: bytes, *, secrets: Collection[str], now: datetime) -> str:
    """The id of a message that is authentic and fresh.

    Raises:
        SignatureRefused: it is not; which of the two is not told.
    """
    event_id, timestamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not _ID.fullmatch(event_id) or not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII):
        raise SignatureRefused
    signed = f"{event_id}.{timestamp}.".encode() + body
    expected = [hmac.digest(_key(secret), signed, hashlib.sha256) for secret in secrets]
    given = [_decoded(part) for part in headers.get("svix-signature", "").split(" ")[:10]]
    # All are compared, and in constant time each, so that the time tells nothing of how near a guess came.
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(matches) or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureRefused
    return event_id


def take(event_id: str, body: bytes) -> bool:
    """Keep what a message says, and queue what follows from it; False if it is known already, or nothing follows."""
    message = json.loads(body)
    kind = message.get("type") if isinstance(message, dict) else None
    if kind not in _HEEDED:
        return False
    ((taken,),) = rows_of(
        "SELECT private.take_mail_event_v1(%s, %s, %s)", [event_id, kind, Jsonb(_used_parts(message.get("data")))]
    )
    return bool(taken)


def heed(run: JobRun, event_id: str) -> None:
    """Let an address that bounced for good, or whose owner complained, get no more mail. Safe to run twice."""
    event = WebhookEvent.objects.filter(pk=event_id).first()
    if event is None:
        return
    delivery = _delivery_of(event.payload)
    bounce = event.payload.get("bounce", "")
    reason = _HEEDED[event.kind]
    with run.completing():
        if delivery is None:
            logger.warning("%s: about no mail of ours", event.kind)
            return
        Delivery.objects.filter(pk=delivery.pk).update(reason=f"{reason} ({bounce})" if bounce else reason)
        if event.kind == "email.bounced" and bounce != _FOR_GOOD:
            return
        # A later complaint about an address that bounced before changes nothing.
        Suppression.objects.bulk_create(
            [Suppression(profile_id=delivery.profile_id, email_hash=delivery.email_hash, reason=reason)],
            ignore_conflicts=True,
        )


def forget_old_events(now: datetime) -> int:
    """Delete messages that cannot come again."""
    with transaction.atomic():
        return WebhookEvent.objects.filter(received_at__lt=now - KEEP_EVENTS).delete()[0]


def _used_parts(data: object) -> dict[str, str]:
    """Only what is used later, and no address. Signed or not, it comes from outside."""
    if not isinstance(data, dict):
        return {}
    tags, bounce = data.get("tags"), data.get("bounce")
    if isinstance(tags, list):  # as they are written when a mail is sent
        tags = {tag.get("name"): tag.get("value") for tag in tags if isinstance(tag, dict)}
    parts = {
        "email_id": data.get("email_id"),
        "mail": tags.get("mail") if isinstance(tags, dict) else None,
        "bounce": bounce.get("type") if isinstance(bounce, dict) else None,
    }
    return {name: value for name, value in parts.items() if isinstance(value, str) and _WORD.fullmatch(value)}


def _delivery_of(payload: Mapping[str, Any]) -> Delivery | None:
    """By our own id, which the mail carried; the provider's may not have reached us."""
    found = None
    with suppress(ValueError):
        found = Delivery.objects.filter(pk=UUID(payload.get("mail", ""))).first()
    if found is None and (provider_id := payload.get("email_id")):
        found = Delivery.objects.filter(provider_id=provider_id).first()
    return found if found is not None and found.email_hash else None


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def _decoded(part: str) -> bytes:
    version, _, signature = part.partition(",")
    try:
        return base64.b64decode(signature, validate=True) if version == "v1" else b""
    except ValueError:
        return b""
