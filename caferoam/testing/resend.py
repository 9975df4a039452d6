"""A stand-in for Resend, as its documentation describes it: batches, domains, and what its webhooks sign."""

import base64
import hashlib
import hmac
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.email import close_mailer
from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction, VendorStub

API_KEY: Final = "re_test_0123456789abcdef"
WEBHOOK_SECRET: Final = f"whsec_{base64.b64encode(b'the secret of the webhook').decode()}"


class ResendStub(VendorStub):
    """Takes batches on, each key once, and keeps who was sent what: ``sent`` has an entry for each mail that went out.

    ``keys`` are those that it remembers, ``unwelcome`` the addresses that it refuses; ``lose_answers`` batches are
    taken on and not answered. ``after_s`` is how long it thinks. With ``keeps_mails`` off it counts mails by address
    and forgets what they say.
    """

    def __init__(self, *, keeps_mails: bool = True) -> None:
        super().__init__(self._take)
        self.sent: list[Mapping[str, Any]] = []
        self.times_sent: dict[str, int] = {}
        self.unwelcome: set[str] = set()
        self.lose_answers = 0
        self.after_s = 0.0
        self.calls = 0
        self.domains = {"caferoam.example": "verified"}
        """By name, and what became of their verification."""
        self._keeps_mails = keeps_mails
        self.keys: dict[str, tuple[bytes, Answer]] = {}
        self._taking = threading.Lock()

    def to(self) -> list[str]:
        """The addresses that were sent something, in order, as often as they were."""
        return [mail["to"][0] for mail in self.sent]

    def forget_keys(self) -> None:
        """As Resend does after a day."""
        self.keys.clear()

    def _take(self, asked: Asked) -> Reaction:
        path = asked.path.partition("?")[0]
        if (asked.method, path) not in {("POST", "/emails/batch"), ("GET", "/domains")}:
            return problem(404, "not_found", "The requested endpoint does not exist.")
        if asked.headers.get("authorization") != f"Bearer {API_KEY}":
            return problem(403, "invalid_api_key", "API key is invalid")
        if path == "/domains":
            data = [{"id": str(uuid.uuid4()), "name": name, "status": state} for name, state in self.domains.items()]
            return Answer.of({"object": "list", "has_more": False, "data": data})
        key, digest = asked.headers.get("idempotency-key", ""), hashlib.sha256(asked.body).digest()
        time.sleep(self.after_s)
        with self._taking:
            self.calls += 1
            if not self._keeps_mails:
                self.asked.clear()
            if key in self.keys:
                before, answer = self.keys[key]
                return answer if before == digest else problem(409, "invalid_idempotent_request", "Another payload.")
            answer = self._send_mails(asked.json, permissive=asked.headers.get("x-batch-validation") == "permissive")
            if answer.status == 200 and key:
                self.keys[key] = (digest, answer)
            if answer.status == 200 and self.lose_answers:
                self.lose_answers -= 1
                return HangUp()
            return answer

    def _send_mails(self, mails: Sequence[Mapping[str, Any]], *, permissive: bool) -> Answer:
        if fault := _fault(mails):
            return problem(422, "validation_error", fault)
        bad = [place for place, mail in enumerate(mails) if self.unwelcome & set(mail["to"])]
        if bad and not permissive:
            return problem(422, "validation_error", "Invalid `to` field.")
        good = [mail for place, mail in enumerate(mails) if place not in bad]
        for mail in good:
            self.times_sent[mail["to"][0]] = self.times_sent.get(mail["to"][0], 0) + 1
        if self._keeps_mails:
            self.sent += good
        told: dict[str, object] = {"data": [{"id": str(uuid.uuid4())} for _ in good]}
        if permissive:
            told["errors"] = [{"index": place, "message": "Invalid `to` field."} for place in bad]
        return Answer.of(told)


def problem(status: int, name: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as Resend writes it."""
    return Answer.of({"statusCode": status, "name": name, "message": message}, status=status, headers=headers)


def signed(body: bytes, *, event_id: str, at: float | None = None, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """The headers of a webhook call with this body."""
    timestamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "svix-id": event_id,
        "svix-timestamp": timestamp,
        "svix-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _fault(mails: object) -> str:
    if not isinstance(mails, list) or not 1 <= len(mails) <= 100:
        return "A batch holds 1 to 100 emails."
    for mail in mails:
        if missing := {"from", "to", "subject"} - mail.keys():
            return f"Missing `{min(missing)}` field."
        if "\n" in mail["subject"]:
            return "The `\\n` is not allowed in the `subject` field."
    return ""


@pytest.fixture
def resend_stub(settings: Settings) -> Iterator[ResendStub]:
    """Resend, and settings that choose it."""
    with ResendStub() as stub:
        settings.EMAIL_PROVIDER = "resend"
        settings.RESEND_API_KEY = API_KEY
        settings.RESEND_BASE_URL = stub.url
        settings.RESEND_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
        yield stub
        close_mailer()
