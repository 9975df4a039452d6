"""Asking a product over HTTP, and judging what it says."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx

TIMEOUT_S: Final = 15.0
_SHOWN: Final = 160


class SmokeError(Exception):
    """What was asked for is not as it must be; says how."""


@dataclass(frozen=True)
class Outcome:
    """Of one check."""

    name: str
    ok: bool
    detail: str
    """What it saw, or what is wrong."""
    took_s: float


@dataclass(frozen=True)
class Check:
    """Says what it saw, or raises ``SmokeError``."""

    name: str
    look: Callable[[], str]

    def run(self) -> Outcome:
        """Whatever goes wrong is the check's outcome, so that the next one is tried, too."""
        begun = time.perf_counter()
        try:
            ok, detail = True, self.look()
        except SmokeError as exc:
            ok, detail = False, str(exc)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as exc:
            ok, detail = False, f"the answer has another form than expected: {type(exc).__name__}: {exc}"
        return Outcome(self.name, ok, detail, time.perf_counter() - begun)


class Site:
    """One address that is asked, with GET alone. Usable as a context manager.

    Redirects are not followed: the product makes none, and a token must not go elsewhere.
    """

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.url = url.rstrip("/")
        self.is_https = self.url.startswith("https://")
        self._client = httpx.Client(timeout=timeout_s, headers={"User-Agent": "caferoam-smoke"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        path: str,
        *,
        status: int | tuple[int, ...] = 200,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, which must have ``status``, or one of them.

        Raises:
            SmokeError: it has none of them, or there is no answer.
        """
        try:
            answer = self._client.get(self.url + path, params=params, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise SmokeError(f"no answer: {type(exc).__name__}: {exc}") from exc
        wanted = (status,) if isinstance(status, int) else status
        if answer.status_code not in wanted:
            raise SmokeError(f"{answer.status_code} instead of {' or '.join(map(str, wanted))}{_said(answer)}")
        return answer


def json_of(answer: httpx.Response, content_type: str = "application/json") -> Any:
    """What the answer says.

    Raises:
        SmokeError: it is of another type, or no JSON.
    """
    kind = answer.headers.get("content-type", "none").partition(";")[0]
    if kind != content_type:
        raise SmokeError(f"the answer is {kind} instead of {content_type}")
    try:
        return answer.json()
    except ValueError as exc:
        raise SmokeError("the answer is no JSON") from exc


def must_have(answer: httpx.Response, headers: Mapping[str, str]) -> None:
    """Each header must be there and contain the text.

    Raises:
        SmokeError
    """
    wrong = [name for name, part in headers.items() if part not in answer.headers.get(name, "")]
    if wrong:
        raise SmokeError(f"not as they should be: {', '.join(wrong)}")


def expect(true: object, otherwise: str) -> None:
    """Raise ``SmokeError`` unless ``true`` is."""
    if not true:
        raise SmokeError(otherwise)


def _said(answer: httpx.Response) -> str:
    """What a problem document says, or where a redirect leads. No other body is shown: it may be anything."""
    if location := answer.headers.get("location"):
        return f", to {location[:_SHOWN].partition('?')[0]}"
    try:
        said = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {said[:_SHOWN]}" if isinstance(said, str) else ""
