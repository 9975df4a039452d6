"""Resend's batch call, over its own SDK: https://resend.com/docs/api-reference/emails/send-batch-emails.

The SDK keeps key, address and client in its module, so there is one account to a process.
"""

import atexit
import json as jsons
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any, Final

import httpx
import resend
from resend.exceptions import NoContentError, ResendError
from resend.http_client import HTTPClient

from caferoam.providers.email.protocol import BATCH_MAX, Mail, Rejected, Taken, TakenBefore
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable, TurnedAway
from caferoam.providers.http_errors import OUR_FAULT, UNTIL_MENDED, may_pass, retry_after
from caferoam.scrub import scrub

TIMEOUT: Final = timedelta(seconds=30)
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
RETRY_QUOTA_AFTER: Final = timedelta(hours=1)
"""Of a quota that is used up, Resend says that it is, and not until when."""
RETRY_RUNNING_AFTER: Final = timedelta(seconds=10)
"""The same batch is being taken on for another caller, which may be ourselves before we were killed."""
_RETRY_LEAST: Final = timedelta(seconds=1)
_RETRY_MOST: Final = timedelta(hours=1)
_MESSAGE_MAX_LENGTH: Final = 200


class ResendMailer:
    """Sends through Resend. ``base_url`` is for tests; '' is Resend's own."""

    def __init__(self, *, api_key: str, sender: str, base_url: str = "", timeout: timedelta = TIMEOUT) -> None:
        resend.api_key = api_key
        resend.api_url = base_url or "https://api.resend.com"
        resend.default_http_client = self._client = _PooledClient(timeout)
        self._sender = sender
        atexit.register(self.close)

    def close(self) -> None:
        """Close its connections; it cannot be used any more."""
        self._client.close()
        atexit.unregister(self.close)

    def send_batch(self, mails: Sequence[Mail], *, idempotency_key: str) -> Sequence[Taken | Rejected] | TakenBefore:
        """As the protocol says. One call, which is never repeated in here."""
        if len(mails) > BATCH_MAX:
            raise ValueError(f"{len(mails)} mails are more than a batch holds.")
        try:
            answer = resend.Batch.send(
                [self._params(mail) for mail in mails],
                # permissive: one bad address does not keep the mail from ninety-nine others
                {"idempotency_key": idempotency_key, "batch_validation": "permissive"},
            )
        except ResendError as exc:
            if str(exc.code) == "409" and exc.error_type == "invalid_idempotent_request":
                return TakenBefore()
            raise _translated(exc) from exc
        except NoContentError as exc:
            raise ProviderUnavailable("Resend answered with nothing.") from exc
        return _results(answer, len(mails))

    def check_sender(self) -> str:
        """Whether it takes our key, and mail from our sender; in words.

        Raises:
            ProviderUnavailable: also if it does not know the key.
            ProviderRefused: it has not verified the sender's domain.
        """
        ours = parseaddr(self._sender)[1].rpartition("@")[2].lower()
        try:
            answer = resend.Domains.list({"limit": 100})
        except ResendError as exc:
            if exc.error_type == "restricted_api_key":  # it knows it, then; such a key may do nothing else
                return f"takes the key, which may only send, so nothing is said of {ours}"
            raise _translated(exc) from exc
        except NoContentError as exc:
            raise ProviderUnavailable("Resend answered with nothing.") from exc
        try:
            states = {str(domain["name"]).lower(): str(domain["status"]) for domain in answer["data"]}
        except (KeyError, TypeError) as exc:
            raise ProviderUnavailable("Resend's answer is no list of domains.") from exc
        state = states.get(ours, "not a domain of ours")
        if state != "verified":
            raise ProviderRefused(f"Resend sends nothing from {ours}, which is {state}.")
        return f"takes the key, and has verified {ours}"

    def _params(self, mail: Mail) -> resend.Emails.SendParams:
        return {
            "from": self._sender,
            "to": [mail.to],
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "headers": dict(mail.headers),
            "tags": [{"name": "mail", "value": mail.id}],
        }


class _PooledClient(HTTPClient):
    """Keeps connections between calls, and gives up in time; the SDK's own does neither."""

    def __init__(self, timeout: timedelta) -> None:
        seconds = timeout.total_seconds()
        self._client = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_TIMEOUT.total_seconds())),
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=4),
        )

    def close(self) -> None:
        self._client.close()

    # As the SDK calls it, which names no other types.
    def request(  # noqa: PLR0917 - the SDK's own parameters
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content = jsons.dumps(json, ensure_ascii=False, separators=(",", ":")).encode() if json else b""
        said = {"Content-Type": "application/json"} if content else {}
        answer = self._client.request(method, url, headers={**headers, **said}, content=content)
        return answer.content, answer.status_code, answer.headers


def _results(answer: Mapping[str, Any], count: int) -> Sequence[Taken | Rejected]:
    """In the order of the mails: those that were refused are named by their place, and the ids are of the others."""
    try:
        data, errors = answer.get("data"), answer.get("errors") or []
        refused = {int(error["index"]): _told(str(error.get("message", ""))) for error in errors}
        ids = iter([str(mail["id"]) for mail in data or []])
        results = [Rejected(refused[place]) if place in refused else Taken(next(ids)) for place in range(count)]
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as exc:
        raise ProviderUnavailable("Resend's answer does not say what became of each mail.") from exc
    return results


def _translated(exc: ResendError) -> ProviderUnavailable | ProviderRefused:
    status = int(exc.code) if str(exc.code).isdigit() else 500
    message = f"Resend: {status} {exc.error_type}: {_told(exc.message)}"
    if exc.error_type in {"daily_quota_exceeded", "monthly_quota_exceeded"}:
        return TurnedAway(message, retry_after=RETRY_QUOTA_AFTER)
    if status in OUR_FAULT:  # the key, or a domain that is not verified; the edition waits until somebody mends that
        return TurnedAway(f"Resend does not serve us: {message}", retry_after=UNTIL_MENDED)
    if exc.error_type == "concurrent_idempotent_requests":
        return ProviderUnavailable(message, retry_after=RETRY_RUNNING_AFTER)
    if may_pass(status):
        wait = retry_after(exc.headers, "retry-after", "ratelimit-reset", at_most=_RETRY_MOST)
        unavailable = TurnedAway if status == HTTPStatus.TOO_MANY_REQUESTS else ProviderUnavailable
        return unavailable(message, retry_after=None if wait is None else max(wait, _RETRY_LEAST))
    return ProviderRefused(message)


def _told(message: str) -> str:
    """What Resend says may name the address that it dislikes."""
    return scrub(message)[:_MESSAGE_MAX_LENGTH]
