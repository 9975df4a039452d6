"""What the mail provider reports is believed if it is signed and fresh, and heeded once."""

import base64
import json
import time
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings
from rest_framework.response import Response

from caferoam.api.principal import Principal
from caferoam.jobs.models import Job
from caferoam.testing.database import ApiClient
from caferoam.testing.jobs import drain
from caferoam.testing.resend import WEBHOOK_SECRET, signed
from digest.addresses import email_hash
from digest.models import Delivery, Suppression, WebhookEvent
from digest.tests.making import make_edition

pytestmark = pytest.mark.django_db(transaction=True)

NEW_SECRET = f"whsec_{base64.b64encode(b'the one that follows it').decode()}"


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    """The API knows the webhook's secret."""
    settings.RESEND_WEBHOOK_SECRETS = [WEBHOOK_SECRET]


@pytest.fixture
def delivery(member: Principal) -> Delivery:
    """A mail that was sent to ``member``."""
    return Delivery.objects.create(
        edition=make_edition(),
        profile_id=member.user_id,
        chunk=0,
        status="sent",
        provider_id=str(uuid4()),
        email_hash=email_hash(str(member.email)),
    )


def report(kind: str, delivery: Delivery, **data: object) -> bytes:
    """A message as Resend writes it."""
    about = {"email_id": delivery.provider_id, "to": ["reader@example.org"], "tags": {"mail": str(delivery.pk)}}
    return json.dumps({"type": kind, "created_at": "2026-11-23T01:00:00Z", "data": {**about, **data}}).encode()


def bounce(delivery: Delivery, kind: str = "Permanent") -> bytes:
    return report("email.bounced", delivery, bounce={"type": kind, "subType": "General", "message": "No such user."})


def post(api: ApiClient, body: bytes, headers: dict[str, str]) -> Response:
    return api.post("/webhooks/resend", body, content_type="application/json", headers=headers)


def test_an_address_that_bounced_for_good_gets_no_more_mail(api: ApiClient, delivery: Delivery) -> None:
    body = bounce(delivery)
    assert post(api, body, signed(body, event_id="msg_1")).status_code == 204
    assert drain(["heed_mail_event"]) == {"completed": 1}
    suppression = Suppression.objects.get()
    assert (suppression.email_hash, suppression.reason) == (delivery.email_hash, "bounced")
    delivery.refresh_from_db()
    assert delivery.reason == "bounced (Permanent)"


def test_a_complaint_is_heeded_though_the_providers_id_never_reached_us(api: ApiClient, delivery: Delivery) -> None:
    body = report("email.complained", delivery, email_id="another")
    Delivery.objects.update(provider_id=None)
    post(api, body, signed(body, event_id="msg_1"))
    drain(["heed_mail_event"])
    assert Suppression.objects.get().reason == "complained"


def test_a_bounce_that_may_pass_suppresses_nobody(api: ApiClient, delivery: Delivery) -> None:
    body = bounce(delivery, "Transient")
    post(api, body, signed(body, event_id="msg_1"))
    assert drain(["heed_mail_event"]) == {"completed": 1}
    assert not Suppression.objects.exists()


def test_a_message_counts_once_by_its_id(api: ApiClient, delivery: Delivery) -> None:
    body = bounce(delivery)
    for _ in range(3):
        assert post(api, body, signed(body, event_id="msg_1")).status_code == 204
    assert WebhookEvent.objects.count() == 1
    assert Job.objects.filter(job_type="heed_mail_event").count() == 1


def test_no_address_of_a_message_is_kept(api: ApiClient, delivery: Delivery) -> None:
    body = bounce(delivery)
    post(api, body, signed(body, event_id="msg_1"))
    assert WebhookEvent.objects.get().payload == {
        "email_id": delivery.provider_id,
        "mail": str(delivery.pk),
        "bounce": "Permanent",
    }


@pytest.mark.parametrize("kind", ["email.delivered", "email.sent", "contact.created"])
def test_what_nothing_follows_from_is_taken_and_not_kept(api: ApiClient, delivery: Delivery, kind: str) -> None:
    body = report(kind, delivery)
    assert post(api, body, signed(body, event_id="msg_1")).status_code == 204
    assert not WebhookEvent.objects.exists()


def forged(body: bytes) -> dict[str, dict[str, str]]:
    good = signed(body, event_id="msg_1")
    now = time.time()
    return {
        "nothing": {},
        "another secret": signed(body, event_id="msg_1", secret=NEW_SECRET),
        "another body": signed(body + b" ", event_id="msg_1"),
        "another id": {**good, "svix-id": "msg_2"},
        "another time": {**good, "svix-timestamp": str(int(now) + 1)},
        "too old": signed(body, event_id="msg_1", at=now - 301),
        "from the future": signed(body, event_id="msg_1", at=now + 310),
        "no number": {**good, "svix-timestamp": "now"},
        "another version": {**good, "svix-signature": good["svix-signature"].replace("v1,", "v0,")},
        "no base64": {**good, "svix-signature": "v1,£"},
        "empty": {**good, "svix-signature": "v1,"},
        "an id that is too long": signed(body, event_id="m" * 101),
    }


@pytest.mark.parametrize("how", sorted(forged(b"")))
def test_what_is_not_signed_or_not_fresh_is_refused_and_changes_nothing(
    api: ApiClient, delivery: Delivery, how: str
) -> None:
    body = bounce(delivery)
    answer = post(api, body, forged(body)[how])
    assert answer.status_code == 403
    assert json.loads(answer.content)["code"] == "signature_refused"
    assert not WebhookEvent.objects.exists()


def test_without_a_secret_everything_is_refused(api: ApiClient, delivery: Delivery, settings: Settings) -> None:
    settings.RESEND_WEBHOOK_SECRETS = []
    body = bounce(delivery)
    assert post(api, body, signed(body, event_id="msg_1")).status_code == 403


def test_while_the_secret_is_changed_either_counts_and_a_message_may_be_signed_with_both(
    api: ApiClient, delivery: Delivery, settings: Settings
) -> None:
    settings.RESEND_WEBHOOK_SECRETS = [WEBHOOK_SECRET, NEW_SECRET]
    body = bounce(delivery)
    old, new = (signed(body, event_id="msg_1", secret=secret) for secret in (WEBHOOK_SECRET, NEW_SECRET))
    both = {**old, "svix-signature": f"v1,AAAA {new['svix-signature']} {old['svix-signature']}"}
    assert [post(api, body, headers).status_code for headers in (old, new, both)] == [204] * 3


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b'{"type": "email.bounced", "data": [1]}', b"\xff"])
def test_a_signed_message_that_is_none_harms_nothing(api: ApiClient, body: bytes) -> None:
    assert post(api, body, signed(body, event_id="msg_1")).status_code in {204, 400}
    assert set(drain(["heed_mail_event"])) <= {"completed"}
    assert not Suppression.objects.exists()
