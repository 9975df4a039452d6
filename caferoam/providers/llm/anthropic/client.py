"""Calling Anthropic through its SDK: one client for each process, and two kinds of failure.

Errors: https://platform.claude.com/docs/en/api/errors. The SDK's own retries are off, because the queue retries.
Neither keys nor prompts go into an error or a log.
"""

from collections.abc import Callable
from typing import Final

import anthropic
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.clients import PerProcess
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.http_errors import OUR_FAULT, UNTIL_MENDED, may_pass, retry_after
from caferoam.scrub import scrub

VENDOR_URL: Final = "https://api.anthropic.com"
_CONNECT_WITHIN_S: Final = 5.0
_MESSAGE_MAX_LENGTH: Final = 300


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
    if error.status_code in OUR_FAULT or kind == "billing_error":
        return ProviderUnavailable(f"Anthropic does not serve us: {said}", retry_after=UNTIL_MENDED)
    if may_pass(error.status_code):
        return ProviderUnavailable(
            f"Anthropic is busy or broken: {said}", retry_after=retry_after(error.response.headers)
        )
    return ProviderRefused(f"Anthropic does not take this request: {said}")


def _client() -> anthropic.Anthropic:
    """The one client of this process, for these settings."""
    check_key()
    return _clients.of((settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL or VENDOR_URL))


def _make_client(chosen: tuple[str, str]) -> anthropic.Anthropic:
    # Said outright, so that the SDK looks for neither in the environment, where it may find another's.
    api_key, base_url = chosen
    timeout = anthropic.Timeout(settings.ANTHROPIC_TIMEOUT.total_seconds(), connect=_CONNECT_WITHIN_S)
    return anthropic.Anthropic(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, open_telemetry=False)


_clients = PerProcess(_make_client)
