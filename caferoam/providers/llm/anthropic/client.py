"""Calling Anthropic through its SDK: one client for each process, and two kinds of failure.

Errors: https://platform.claude.com/docs/en/api/errors. The SDK's own retries are off, because the queue retries.
Neither keys nor prompts go into an error or a log.
"""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import anthropic
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.scrub import scrub

VENDOR_URL: Final = "https://api.anthropic.com"
_CONNECT_WITHIN_S: Final = 5.0
_MESSAGE_MAX_LENGTH: Final = 300
_LONGEST_WAIT: Final = timedelta(days=1)
_UNTIL_MENDED: Final = timedelta(minutes=15)
# What is wrong with these is ours to mend: a key, a bill, the name of a model. Refused, the jobs would be given up.
_OUR_FAULT: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
_TRY_AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


def check_key() -> None:
    """Look whether there is a key.

    Raises:
        ImproperlyConfigured: there is none.
    """
    if not settings.ANTHROPIC_API_KEY:
        raise ImproperlyConfigured("ANTHROPIC_API_KEY is not set. LLM_PROVIDER=anthropic needs it.")


def call[T](ask: Callable[[anthropic.Anthropic], T]) -> T:
    """What ``ask`` gets from the client.

    Raises:
        ProviderUnavailable: Anthropic cannot be reached, is busy or broken, or our key or bill is not in order.
        ProviderRefused: it does not take this request.
    """
    try:
        return ask(_client())
    except anthropic.APITimeoutError as exc:
        raise ProviderUnavailable(f"Anthropic does not answer within {settings.ANTHROPIC_TIMEOUT}.") from exc
    except anthropic.APIConnectionError as exc:
        why = type(exc.__cause__ or exc).__name__
        raise ProviderUnavailable(f"Anthropic cannot be reached: {why}.") from exc
    except anthropic.APIStatusError as exc:
        raise _translated(exc) from exc
    except (anthropic.AnthropicError, ValueError) as exc:  # ValueError: a body that is not JSON
        raise ProviderUnavailable(f"Anthropic does not speak as it should: {type(exc).__name__}.") from exc


def _translated(error: anthropic.APIStatusError) -> ProviderUnavailable | ProviderRefused:
    kind = error.type or ""
    said = scrub(f"{error.status_code} {kind}: {error.api_message or ''}".rstrip(": "))[:_MESSAGE_MAX_LENGTH]
    if error.status_code in _OUR_FAULT or kind == "billing_error":
        return ProviderUnavailable(f"Anthropic does not serve us: {said}", retry_after=_UNTIL_MENDED)
    if error.status_code in _TRY_AGAIN or error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderUnavailable(f"Anthropic is busy or broken: {said}", retry_after=_retry_after(error))
    return ProviderRefused(f"Anthropic does not take this request: {said}")


def _retry_after(error: anthropic.APIStatusError) -> timedelta | None:
    """What ``retry-after`` says, in seconds or as a date."""
    said = error.response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return min(timedelta(seconds=int(said[:6])), _LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(said) - datetime.now(UTC)
    except (TypeError, ValueError):
        return None
    return min(max(wait, timedelta()), _LONGEST_WAIT)


_lock = threading.Lock()
_clients: dict[tuple[str, str], anthropic.Anthropic] = {}


def _client() -> anthropic.Anthropic:
    """The one client of this process, for these settings."""
    check_key()
    # Said outright, so that the SDK looks for neither in the environment, where it may find another's.
    chosen = (settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL or VENDOR_URL)
    with _lock:
        if chosen not in _clients:
            api_key, base_url = chosen
            timeout = anthropic.Timeout(settings.ANTHROPIC_TIMEOUT.total_seconds(), connect=_CONNECT_WITHIN_S)
            _clients[chosen] = anthropic.Anthropic(
                api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, open_telemetry=False
            )
        return _clients[chosen]


def _leave_parent_behind() -> None:
    # A connection shared with the parent would mix up their answers, and its lock may be held for ever.
    global _lock  # noqa: PLW0603 - the lock itself must be another one
    _lock = threading.Lock()
    _clients.clear()


os.register_at_fork(after_in_child=_leave_parent_behind)
