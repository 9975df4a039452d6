"""What every request passes: a request id, problem details for surprises, cache headers, a well-formed request line."""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from caferoam.api.metrics import being_answered, measured
from caferoam.api.problems import REQUEST_ID_HEADER, Problem, answer, request_id
from caferoam.tracing import Origin, working_for

BODY_MAX_BYTES = 1024 * 1024
PATH_MAX_LENGTH = 2_048
# Generous on purpose: a search text far too long is answered by the view, which names the field. The server itself cuts
# off at 64 KB, with an empty body.
QUERY_MAX_LENGTH = 60_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class RequestMiddleware:
    """Inside Django's own middleware, whose security headers so cover every answer, and around all other of ours, whose
    answers are counted and marked here like those of views.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began_at = time.perf_counter()
        origin = Origin.of_request(request_id(request), request.META.get("HTTP_TRACEPARENT", ""))
        with working_for(origin), being_answered():
            response = self.get_response(request)
        measured(response, request, began_at=began_at)
        response.headers[REQUEST_ID_HEADER] = request_id(request)
        # What was asked with a token, or went wrong, belongs to this one caller: no cache may keep it.
        if "HTTP_AUTHORIZATION" in request.META or response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Authorization", "Origin"])
        if isinstance(response, HttpResponse) and response.content:
            # Without it the server sends chunks, which proxies and clients handle more slowly.
            response.headers["Content-Length"] = str(len(response.content))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase:
        """Django's hook for what a view let through."""
        return answer(exception, request)


def refuse_malformed(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The innermost middleware: before any route is looked up, but not before the request was counted."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        problem = malformed(request)
        return problem.response(request) if problem else get_response(request)

    return respond


def malformed(request: HttpRequest) -> Problem | None:
    """What is wrong with the request before any route is looked up."""
    try:
        request.get_host()
    except DisallowedHost:
        return Problem(HTTPStatus.BAD_REQUEST, "unknown_host", "This host name is not served here.")
    query = request.META.get("QUERY_STRING", "")
    if len(request.path_info) > PATH_MAX_LENGTH or len(query) > QUERY_MAX_LENGTH:
        return Problem(HTTPStatus.REQUEST_URI_TOO_LONG, "url_too_long", "The URL is too long.")
    # No route of ours holds a per cent sign: one left after decoding was a broken escape or not UTF-8.
    if "%" in request.path_info or _CONTROL.search(request.path_info):
        return Problem(HTTPStatus.BAD_REQUEST, "malformed_url", "The path is not properly encoded.")
    for pair in query.split("&"):
        if not _is_utf8(pair):
            name = _CONTROL.sub("", unquote_to_bytes(pair.partition("=")[0]).decode(errors="replace"))[:100]
            message = "This is not properly percent-encoded UTF-8."
            return Problem(HTTPStatus.BAD_REQUEST, "malformed_url", f"{name}: {message}", errors={name: [message]})
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_MAX_BYTES:
        return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "The body is larger than 1 MB.")
    return None


def _is_utf8(pair: str) -> bool:
    if _BROKEN_ESCAPE.search(pair):
        return False
    try:
        unquote_to_bytes(pair.encode("latin-1")).decode()  # WSGI hands bytes over as Latin-1
    except UnicodeError:
        return False
    return True
