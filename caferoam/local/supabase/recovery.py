"""How somebody gets in again who forgot the password: a link in a mail, and for it a code only their browser can use.

The mail is a file, as all mail of a laptop is. supabase-js keeps a secret (``code_verifier``) when it asks for the
mail, and sends its hash along; who follows the link without it gets nothing (PKCE, RFC 7636).
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from caferoam.local.files import write_private

LINK_TTL: Final = timedelta(hours=1)
CODE_TTL: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class _Flow:
    user_id: UUID
    challenge: str = field(repr=False)
    method: str
    redirect_to: str
    expires_at: float


class WrongVerifier(Exception):
    """The code is asked for by somebody who did not ask for the mail. It is used up."""


class Recoveries:
    """Links and codes, each good once. They are forgotten with the process. Safe to share between threads."""

    def __init__(self, mail_folder: Path) -> None:
        self._mail_folder = mail_folder
        self._lock = threading.Lock()
        self._links: dict[str, _Flow] = {}
        self._codes: dict[str, _Flow] = {}

    def send_link(self, user_id: UUID, email: str, *, verify_url: str, challenge: str, method: str, to: str) -> None:
        """Write the mail. ``to`` is where the link leads in the end."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._forget_late()
            self._links[token] = _Flow(user_id, challenge, method, to, time.time() + LINK_TTL.total_seconds())
        query = urlencode({"token": token, "type": "recovery", "redirect_to": to})
        mail = EmailMessage()
        mail["To"], mail["From"], mail["Subject"] = (
            email,
            "Supabase Auth <auth@caferoam.example>",
            "Reset your password",
        )
        # As it is, so that people can copy the link out of the file.
        mail.set_content(f"Follow this link to choose a new password:\n{verify_url}?{query}\n", cte="7bit")
        self._mail_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._mail_folder / f"password-{time.time_ns()}.eml", mail.as_string())

    def follow(self, token: str) -> str | None:
        """Where the browser goes on, with a code; None for a link that is not good any more."""
        with self._lock:
            self._forget_late()
            flow = self._links.pop(token, None)
            if flow is None:
                return None
            code = secrets.token_urlsafe(24)
            ends = time.time() + CODE_TTL.total_seconds()
            self._codes[code] = _Flow(flow.user_id, flow.challenge, flow.method, flow.redirect_to, ends)
        return with_query(flow.redirect_to, [("code", code)])

    def exchange(self, code: str, verifier: str) -> UUID | None:
        """Whose session it opens; None for a code that is not good any more.

        Raises:
            WrongVerifier
        """
        with self._lock:
            self._forget_late()
            flow = self._codes.pop(code, None)
        if flow is None:
            return None
        if not hmac.compare_digest(_challenge(verifier, flow.method).encode(), flow.challenge.encode()):
            raise WrongVerifier
        return flow.user_id

    def _forget_late(self) -> None:
        now = time.time()
        self._links = {name: flow for name, flow in self._links.items() if flow.expires_at > now}
        self._codes = {name: flow for name, flow in self._codes.items() if flow.expires_at > now}


def with_query(url: str, more: Iterable[tuple[str, str]]) -> str:
    """The URL with these parameters behind its own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *more])))


def _challenge(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
