"""What is counted about requests, and the page where Prometheus asks for it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPMethod, HTTPStatus
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from caferoam.api import abuse
from caferoam.api.health import AcceptAnything
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.problems import ProblemResponse
from caferoam.api.views import PublicAPIView
from caferoam.metrics import Counter, Histogram, InProgress
from caferoam.metrics.access import may_ask

UNMATCHED: Final = "unmatched"
"""Stands for all paths that lead nowhere: anybody can make up any number of them."""
OTHER: Final = "other"
"""The same for methods."""

answered: Final = Counter("http_requests_total", "Requests answered.", ["route", "method", "status"])
latency: Final = Histogram(
    "http_request_seconds",
    "From when the request's own middleware saw it to its answer.",
    ["route", "method"],
    buckets=[0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)
in_progress: Final = InProgress("http_requests_in_progress", "Requests that are being answered.")

_PARAMETER: Final = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


def measured(answer: HttpResponseBase, request: HttpRequest, *, began_at: float) -> None:
    """Count an answered request. ``began_at`` is by ``time.perf_counter()``."""
    route = _template(request.resolver_match.route) if request.resolver_match else UNMATCHED
    method = str(request.method) if request.method in HTTPMethod else OTHER
    answered.add(route, method, f"{answer.status_code // 100}xx")
    latency.observe(time.perf_counter() - began_at, route, method)
    if answer.status_code == HTTPStatus.FORBIDDEN and isinstance(answer, ProblemResponse):
        abuse.forbidden.add(answer.code)
    if answer.status_code == HTTPStatus.NOT_FOUND and route != UNMATCHED:
        abuse.not_found.add(route)


@contextmanager
def being_answered() -> Iterator[None]:
    """Count a request while it is at hand."""
    in_progress.add(by=1)
    try:
        yield
    finally:
        in_progress.add(by=-1)


class ScraperAuthentication(BaseAuthentication):
    """METRICS_TOKEN as bearer token, where one is set."""

    def authenticate(self, request: Request) -> None:
        """Nobody in particular."""
        if not may_ask(request.META.get("HTTP_AUTHORIZATION", ""), settings.METRICS_TOKEN):
            raise AuthenticationFailed("This needs the token that METRICS_TOKEN names.")

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="metrics"'


@extend_schema(exclude=True)
class Metrics(PublicAPIView):
    """The numbers of this API's processes. In production there is no such page without METRICS_TOKEN."""

    authentication_classes = (ScraperAuthentication,)
    content_negotiation_class = AcceptAnything

    def get(self, request: Request) -> HttpResponse:
        """In Prometheus' text format."""
        parse_query(QueryParams, request)
        if settings.CAFEROAM_ENV == "production" and not settings.METRICS_TOKEN:
            raise Http404
        from caferoam.api.gauges import ReadyGauge  # noqa: PLC0415 - prometheus_client; only counting loads it else
        from caferoam.metrics.exposition import CONTENT_TYPE, exposition  # noqa: PLC0415 - likewise

        return HttpResponse(exposition([ReadyGauge()]), content_type=CONTENT_TYPE)


@cache
def _template(route: str) -> str:
    """``shops/<str:shop_id>/`` as ``/shops/{shop_id}``. The route of all that leads nowhere is empty."""
    path = _PARAMETER.sub(r"{\1}", route).strip("/")
    return f"/{path}" if path else UNMATCHED
