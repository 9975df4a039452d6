"""What holds for every page: when a session ends, and which characters come in and go out."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

Answer = Callable[[HttpRequest], HttpResponse]

LONGEST_SESSION: Final = timedelta(hours=12)
_RENEW_EVERY: Final = timedelta(minutes=1)  # each time is a write
_RENEWED_AT: Final = "renewed_at"
REFRESH_HEADER: Final = "X-Refresh"
"""On requests of pages that renew themselves, for which nobody need be there."""

# Control characters, marks and overrides of the writing direction, and what has no width; but not what joins emoji.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def end_idle_sessions(answer: Answer) -> Answer:
    """A session lives ``SESSION_COOKIE_AGE`` from the last thing its operator did, and no longer than a working day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if REFRESH_HEADER not in request.headers and request.user.is_authenticated:
            now, login_at = timezone.now(), request.user.last_login
            is_due = now.timestamp() - request.session.get(_RENEWED_AT, 0) >= _RENEW_EVERY.total_seconds()
            if is_due and (login_at is None or now - login_at < LONGEST_SESSION):
                request.session[_RENEWED_AT] = int(now.timestamp())
        return answer(request)

    return middleware


def refuse_nul(answer: Answer) -> Answer:
    """Postgres takes no NUL in any text, so nothing can be found by one. Forms check their own fields."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "\0" in unquote_plus(request.META.get("QUERY_STRING", "")):
            raise BadRequest("NUL in an address.")
        return answer(request)

    return middleware


def show_unseen_characters(answer: Answer) -> Answer:
    r"""Errors and payloads come from anywhere; what would hide or turn round other text is shown as ``\u202e``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = _UNSEEN.sub(_escaped, response.content.decode()).encode()
        return response

    return middleware


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
