"""The limits of addresses: for every request before anything is read of it, and for tokens that are refused."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from caferoam.api import abuse
from caferoam.api.problems import answer
from caferoam.api.throttling.errors import TooManyRequests
from caferoam.api.throttling.judging import judge, standing_of
from caferoam.api.throttling.scopes import ALL_SCOPES, ANY, FAILED_AUTHENTICATION

# Whoever watches over us asks for these, all from one address, and most when there is trouble.
_FREE: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def is_free(path: str) -> bool:
    """Whether requests to this path have no limit at all."""
    return path.removesuffix("/") in _FREE


class ThrottleMiddleware:
    """Stands before whatever reads the request, and inside what gives every answer its headers.

    A token that is refused never reaches a throttle of Django REST framework, which asks them after it has
    authenticated. So it is counted here, when the answer comes by. Good tokens pass even from an address that has sent
    too many bad ones: a neighbour behind the same address must not be able to lock members out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        for scope in ALL_SCOPES:
            abuse.throttled.add(scope.name, by=0)
            abuse.uncounted.add(scope.name, by=0)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_free(request.path_info):
            return self.get_response(request)
        try:
            judge(request, [ANY])
            response = self.get_response(request)
            if response.status_code == HTTPStatus.UNAUTHORIZED and "HTTP_AUTHORIZATION" in request.META:
                judge(request, [FAILED_AUTHENTICATION])
        except TooManyRequests as exc:
            response = answer(exc, request)
        if standing := standing_of(request):
            for name, value in standing.headers().items():
                response.headers[name] = value
        return response
