"""One shape for every error: problem details of RFC 9457, whatever went wrong and whatever the client accepts."""

import json
import logging
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.core import signals
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.request import Request

from caferoam.errors import CafeRoamError
from caferoam.providers.errors import ProviderUnavailable
from caferoam.tracing import is_sane_request_id

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
REQUEST_ID_HEADER = "X-Request-ID"
PROVIDER_RETRY_AFTER = timedelta(seconds=5)
"""Said of a provider that did not say itself when to come again."""
_REQUEST_ID_KEY = "caferoam.request_id"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the client reads it. ``errors`` maps the fields to blame to their messages."""

    status: int
    code: str
    detail: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)

    def response(self, request: HttpRequest | Request) -> "ProblemResponse":
        """The answer to ``request``."""
        body: dict[str, object] = {
            "type": f"urn:problem:caferoam:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": request_id(request),
            "code": self.code,
            **self.extensions,
        }
        if self.errors:
            body["errors"] = {name: list(messages) for name, messages in self.errors.items()}
        response = ProblemResponse(
            json.dumps(body, ensure_ascii=False).encode(errors="replace"),
            content_type=PROBLEM_JSON,
            status=self.status,
            headers=dict(self.headers),
        )
        response.code = self.code
        return response


class ProblemResponse(HttpResponse):
    """A problem as it is sent. Its ``code`` is at hand for whoever counts answers."""

    code: str


MALFORMED = Problem(HTTPStatus.BAD_REQUEST, "malformed_request", "The request is malformed.")
NOT_FOUND = Problem(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here.")
INTERNAL_ERROR = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side. It has been noted."
)
DATABASE_UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "database_unavailable",
    "The database did not answer in time. Try again shortly.",
    headers={"Retry-After": "5"},
)

# The most specific first.
_OF_DJANGO: Mapping[type[Exception], Problem] = {
    Http404: NOT_FOUND,
    PermissionDenied: Problem(HTTPStatus.FORBIDDEN, "permission_denied", "You may not do this."),
    RequestDataTooBig: Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "The body is too large."),
    SuspiciousOperation: MALFORMED,
    BadRequest: MALFORMED,
    UnreadablePostError: MALFORMED,
}


def request_id(request: HttpRequest | Request) -> str:
    """The request's id: the caller's own if it sent a sane one, else a fresh one."""
    known = request.META.get(_REQUEST_ID_KEY)
    if not isinstance(known, str):
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        known = sent if is_sane_request_id(sent) else str(uuid.uuid4())
        request.META[_REQUEST_ID_KEY] = known
    return known


def problem_of(exc: BaseException) -> Problem | None:
    """What to tell the client about an expected exception; None if it is a surprise."""
    match exc:
        case CafeRoamError():
            return Problem(exc.status, exc.code, str(exc), errors=exc.errors, extensions=exc.extensions)
        case ProviderUnavailable():
            return _of_provider(exc)
        case exceptions.APIException():
            return _of_api_exception(exc)
    return next((problem for kind, problem in _OF_DJANGO.items() if isinstance(exc, kind)), None)


def answer(exc: Exception, request: HttpRequest | Request) -> HttpResponse:
    """The answer to any exception. A surprise is logged once, here, and its text stays here."""
    problem = problem_of(exc)
    if problem is None:
        # The route and not the path, of which a piece may be a token.
        route = request.resolver_match.route if request.resolver_match else "a path without a route"
        logger.exception(  # noqa: LOG004 - the exception is at hand, only not being handled in this frame
            "Unexpected error in %s %s", request.method, route, exc_info=exc
        )
        # The crash reporter and Django's test client listen to this signal.
        signals.got_request_exception.send(sender=None, request=request)
        problem = DATABASE_UNAVAILABLE if isinstance(exc, OperationalError) else INTERNAL_ERROR
    response = problem.response(request)
    # Django would log every 5xx answer once more, without the traceback.
    response._has_been_logged = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR  # type: ignore[attr-defined] # noqa: SLF001 - Django's own mark
    return response


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Django REST framework's EXCEPTION_HANDLER."""
    return answer(exc, context["request"])


def _of_provider(exc: ProviderUnavailable) -> Problem:
    """Whom we waited for, and what they said, is the log's business."""
    wait = PROVIDER_RETRY_AFTER if exc.retry_after is None else exc.retry_after
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "provider_unavailable",
        "A service that we need for this does not answer. Try again shortly.",
        headers={"Retry-After": str(max(1, math.ceil(wait.total_seconds())))},
    )


def _of_api_exception(exc: exceptions.APIException) -> Problem:
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):  # set by the view when it answers 401
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    if isinstance(exc, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        reasons: dict[str, str] = {}
        for name, fault in _flatten(exc.detail):
            errors.setdefault(name or "non_field_errors", []).append(str(fault))
            reasons.setdefault(name or "non_field_errors", fault.code or "invalid")
        detail = " ".join(f"{name}: {' '.join(messages)}" for name, messages in errors.items())
        extensions = {"reasons": reasons}  # for programs, which show a message of their own
        return Problem(exc.status_code, "invalid_request", detail, errors, headers, extensions)
    code = exc.detail.code if isinstance(exc.detail, exceptions.ErrorDetail) else None
    return Problem(exc.status_code, code or str(exc.default_code), str(exc.detail), headers=headers)


def _flatten(detail: object, path: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """The leaves of DRF's nested error detail with the dotted path of the field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for position, inner in enumerate(detail):
            yield from _flatten(inner, path if isinstance(inner, str) else f"{path}.{position}")
    elif isinstance(detail, exceptions.ErrorDetail):
        yield path, detail
