"""Asking Supabase's services over HTTP: one pool of connections, timeouts, a few tries, and two kinds of failure.

Every call that is made through here may be made twice without harm, so each may be tried again. Neither addresses nor
keys go into an error or a log.
"""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import BinaryIO, Final, cast

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.clients import PerProcess
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.http_errors import retry_after
from caferoam.scrub import scrub

ANSWER_MAX_BYTES: Final = 8 * 1024 * 1024
"""Of an answer that is not a file."""

_CONNECT_WITHIN_S: Final = 3.0
_UPLOADS_TAKE: Final = 6  # times as long as what a question may
_WHOLE_ANSWERS_TAKE: Final = 12  # for the timeout begins anew with every byte that drips in
_TRIES: Final = 3
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
_TRY_AGAIN_WITHIN_S: Final = 5.0
_BUSY: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_MESSAGE_MAX_LENGTH: Final = 200


class _WorthAnotherTry(ProviderUnavailable):
    """The service was not reached, or said that it is busy."""


@dataclass(frozen=True)
class Credentials:
    """``api_key`` names the project, ``bearer`` the one who asks."""

    api_key: str = field(repr=False)
    bearer: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"apikey": self.api_key, "Authorization": f"Bearer {self.bearer}"}


def member_credentials(access_token: str) -> Credentials:
    """Those of the token's owner."""
    return Credentials(api_key=settings.SUPABASE_PUBLISHABLE_KEY, bearer=access_token)


def service_credentials() -> Credentials:
    """Those that open everything.

    Raises:
        ImproperlyConfigured: this process holds no secret key.
    """
    key = settings.SUPABASE_SECRET_KEY
    if not key:
        raise ImproperlyConfigured("SUPABASE_SECRET_KEY is not set. Workers and commands need it, the API never.")
    # Supabase's own clients send it in both places, and its gateway puts a token of its own into the second.
    return Credentials(api_key=key, bearer=key)


@dataclass(frozen=True)
class Answer:
    """``status`` is what was meant: Storage wraps the statuses of its errors into a 400. ``error`` names an error."""

    status: int
    body: bytes = field(repr=False)
    error: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Service:
    """One of Supabase's services, asked by one caller, or without credentials by anybody. ``name`` is for errors."""

    name: str
    url: str
    credentials: Credentials | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        send: object = None,
        content: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = ANSWER_MAX_BYTES,
        start_only: bool = False,
    ) -> Answer:
        """The answer to a request that may be repeated without harm: a success, or an error with a 4xx status.

        ``send`` goes as JSON, ``content`` as it is, a file from its beginning. A successful body of more than
        ``max_bytes`` is refused, or with ``start_only`` cut off there.

        Raises:
            ProviderUnavailable: it cannot be reached, is busy or broken, or does not speak as it should.
            ProviderRefused: the body is too large.
        """
        begun_at = time.monotonic()
        for tries in range(1, _TRIES + 1):
            try:
                return self._ask_once(
                    method,
                    path,
                    content=content if send is None else json.dumps(send).encode(),
                    headers={**({} if send is None else {"Content-Type": "application/json"}), **(headers or {})},
                    max_bytes=max_bytes,
                    start_only=start_only,
                )
            except _WorthAnotherTry as exc:
                pause_s = _FIRST_PAUSE_S * 3 ** (tries - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load
                if exc.retry_after is not None:
                    pause_s = exc.retry_after.total_seconds()
                too_late = time.monotonic() - begun_at + pause_s > _TRY_AGAIN_WITHIN_S
                if tries == _TRIES or too_late or pause_s > _LONGEST_PAUSE_S:
                    raise ProviderUnavailable(str(exc), retry_after=exc.retry_after) from exc.__cause__
                time.sleep(pause_s)
        raise AssertionError("The last try returns or raises.")

    def parse(self, answer: Answer) -> object:
        """What the successful answer's body says.

        Raises:
            ProviderUnavailable: it is not JSON.
        """
        try:
            return cast("object", json.loads(answer.body))
        except ValueError as exc:
            raise self.misunderstood("no JSON") from exc

    def misunderstood(self, what: str) -> ProviderUnavailable:
        """The error for an answer that is not as documented: something in between may have written it."""
        return ProviderUnavailable(f"{self.name} answered with {what}.")

    def refusal(self, answer: Answer, what: str) -> ProviderUnavailable | ProviderRefused:
        """The error for an answer that is none of the expected ones."""
        said = f"{self.name} will not {what}: {answer.status} {answer.error}".rstrip()
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and self._asks_for_us:
            # Our own key is wrong. Until somebody mends that, work waits; refused, it would be given up.
            return ProviderUnavailable(said)
        return ProviderRefused(said)

    @property
    def _of_caller(self) -> Mapping[str, str]:
        return {} if self.credentials is None else self.credentials.headers

    @property
    def _asks_for_us(self) -> bool:
        return self.credentials is not None and self.credentials.bearer == self.credentials.api_key

    def _ask_once(
        self,
        method: str,
        path: str,
        *,
        content: bytes | BinaryIO | None,
        headers: Mapping[str, str],
        max_bytes: int,
        start_only: bool,
    ) -> Answer:
        if content is not None and not isinstance(content, bytes):
            content.seek(0)  # an earlier try may have sent a part of it
        try:
            with _client().stream(
                method,
                f"{self.url}{path}",
                content=content,
                # What is counted against the limit is what arrives: nothing is decompressed.
                headers={"Accept-Encoding": "identity", **self._of_caller, **headers},
                timeout=_timeout(_UPLOADS_TAKE if content is not None else 1),
            ) as response:
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise self.misunderstood("a compressed body")
                if not response.is_success:
                    return self._failure(response)
                return Answer(response.status_code, self._read(response, max_bytes, start_only=start_only))
        except httpx.TimeoutException as exc:
            if isinstance(exc, httpx.ConnectTimeout):
                raise _WorthAnotherTry(f"{self.name} cannot be reached: {type(exc).__name__}.") from exc
            raise ProviderUnavailable(f"{self.name} does not answer: {type(exc).__name__}.") from exc
        except httpx.HTTPError as exc:
            raise _WorthAnotherTry(f"{self.name} cannot be reached: {type(exc).__name__}.") from exc

    def _failure(self, response: httpx.Response) -> Answer:
        if response.is_redirect or response.is_informational:
            raise self.misunderstood(f"{response.status_code}, which it never does: is SUPABASE_URL right?")
        body = self._read(response, ANSWER_MAX_BYTES, start_only=True)
        status, error = _read_error(response.status_code, body)
        if status in _BUSY:
            raise _WorthAnotherTry(f"{self.name} is busy: {status}.", retry_after=retry_after(response.headers))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            raise ProviderUnavailable(f"{self.name} is broken: {status}.", retry_after=retry_after(response.headers))
        return Answer(status, body, error)

    def _read(self, response: httpx.Response, max_bytes: int, *, start_only: bool) -> bytes:
        within_s = settings.SUPABASE_TIMEOUT.total_seconds() * _WHOLE_ANSWERS_TAKE
        deadline = time.monotonic() + within_s
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > max_bytes:
                if start_only:
                    break
                raise ProviderRefused(f"{self.name} answered with more than {max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise ProviderUnavailable(f"{self.name} takes longer than {within_s:.0f} s to answer.")
        return bytes(body[:max_bytes])


def _timeout(times: int) -> httpx.Timeout:
    return httpx.Timeout(
        settings.SUPABASE_TIMEOUT.total_seconds() * times, connect=_CONNECT_WITHIN_S, pool=_CONNECT_WITHIN_S
    )


def _read_error(status: int, body: bytes) -> tuple[int, str]:
    """Status and name of the error. Storage says 400 to everything and the status in its body, as a string."""
    try:
        said = json.loads(body)
    except ValueError:
        return status, ""
    if not isinstance(said, dict):
        return status, ""
    if status == HTTPStatus.BAD_REQUEST and str(said.get("statusCode", "")).isdecimal():
        status = int(said["statusCode"])
    words = [str(said[name]) for name in ("error", "error_code", "message", "msg") if said.get(name)]
    return status, scrub(": ".join(words))[:_MESSAGE_MAX_LENGTH]


def _make_client(_: None) -> httpx.Client:
    return httpx.Client(
        follow_redirects=False,
        trust_env=False,
        # Members share it: nothing of one's answers may go with another's request.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=5, keepalive_expiry=30.0),
        headers={"User-Agent": "caferoam"},  # a secret key sent by what looks like a browser is refused
    )


_clients: Final = PerProcess(_make_client, close=httpx.Client.close)


def _client() -> httpx.Client:
    """The one pool of this process."""
    return _clients.of(None)
