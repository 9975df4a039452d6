"""Calling OpenAI through its SDK: one client for each process, and two kinds of failure.

Errors: https://developers.openai.com/api/docs/guides/error-codes. The SDK's own retries are off, because the queue
retries. Neither keys nor texts go into an error or a log.
"""

from collections.abc import Callable
from typing import Final

import openai
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.clients import PerProcess
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.http_errors import OUR_FAULT, UNTIL_MENDED, may_pass, retry_after
from caferoam.scrub import scrub

VENDOR_URL: Final = "https://api.openai.com/v1"
_CONNECT_WITHIN_S: Final = 5.0
_MESSAGE_MAX_LENGTH: Final = 300
# Some come as 429, as if waiting helped.
_UNPAID: Final = frozenset({"insufficient_quota", "billing_not_active", "billing_hard_limit_reached"})


def check_key() -> None:
    """Look whether there is a key.

    Raises:
        ImproperlyConfigured: there is none.
    """
    if not settings.OPENAI_API_KEY:
        raise ImproperlyConfigured("OPENAI_API_KEY is not set. EMBEDDINGS_PROVIDER=openai needs it.")


def call[T](ask: Callable[[openai.OpenAI], T]) -> T:
    """What ``ask`` gets from the client.

    Raises:
        ProviderUnavailable: OpenAI cannot be reached, is busy or broken, or our key or bill is not in order.
        ProviderRefused: it does not take this request.
    """
    check_key()
    chosen = (settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL or VENDOR_URL, settings.OPENAI_TIMEOUT.total_seconds())
    try:
        return ask(_clients.of(chosen))
    except openai.APITimeoutError as exc:
        raise ProviderUnavailable(f"OpenAI does not answer within {settings.OPENAI_TIMEOUT}.") from exc
    except openai.APIConnectionError as exc:
        why = type(exc.__cause__ or exc).__name__
        raise ProviderUnavailable(f"OpenAI cannot be reached: {why}.") from exc
    except openai.APIStatusError as exc:
        raise _translated(exc) from exc
    except (openai.OpenAIError, ValueError) as exc:  # ValueError: a body that cannot be decompressed, say
        raise ProviderUnavailable(f"OpenAI does not speak as it should: {type(exc).__name__}.") from exc


def _translated(error: openai.APIStatusError) -> ProviderUnavailable | ProviderRefused:
    named = str(error.code or error.type or "")
    told = error.body.get("message") if isinstance(error.body, dict) else None
    said = scrub(f"{error.status_code} {named}: {told or ''}".rstrip(": "))[:_MESSAGE_MAX_LENGTH]
    if error.status_code in OUR_FAULT or {str(error.code), str(error.type)} & _UNPAID:
        return ProviderUnavailable(f"OpenAI does not serve us: {said}", retry_after=UNTIL_MENDED)
    if may_pass(error.status_code):
        wait = retry_after(error.response.headers, "retry-after-ms", "retry-after")
        return ProviderUnavailable(f"OpenAI is busy or broken: {said}", retry_after=wait)
    return ProviderRefused(f"OpenAI does not take this request: {said}")


class _Client(openai.OpenAI):
    """The SDK's, but for the headers that it would take from ``OPENAI_CUSTOM_HEADERS``."""

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        return {name: value for name, value in super().default_headers.items() if name not in self._custom_headers}


def _make_client(chosen: tuple[str, str, float]) -> openai.OpenAI:
    # Said outright, so that the SDK looks for none of it in the environment, where it may find another's.
    api_key, base_url, timeout_s = chosen
    client = _Client(
        api_key=api_key,
        admin_api_key="",
        organization="",
        project="",
        webhook_secret="",
        base_url=base_url,
        timeout=openai.Timeout(timeout_s, connect=_CONNECT_WITHIN_S),
        max_retries=0,
    )
    client.organization = client.project = None  # '' would be sent as a header
    return client


_clients = PerProcess(_make_client)
