"""One small view for each scope, and some without."""

from django.urls import include, path, re_path
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.errors import not_found
from caferoam.api.routing import route
from caferoam.api.throttling.scopes import VIEW_SCOPES, Scope, Subject
from caferoam.api.views import MemberAPIView, PublicAPIView


class Free(PublicAPIView):
    """Has no scope of its own."""

    def get(self, request: Request) -> Response:
        return Response("done")


class Mine(MemberAPIView):
    """A member's, likewise."""

    def get(self, request: Request) -> Response:
        return Response("done")


class Mixed(MemberAPIView):
    """Has a scope for some methods."""

    throttle_scope = {"GET": "search", "POST": "uploads"}

    def get(self, request: Request) -> Response:
        return Response("done")

    def post(self, request: Request) -> Response:
        return Response("done")

    def delete(self, request: Request) -> Response:
        return Response("done")


class OpenSearch(PublicAPIView):
    """A member's scope on a route that is open to all."""

    throttle_scope = "search"

    def get(self, request: Request) -> Response:
        return Response("done")


def view_in(scope: Scope) -> type[PublicAPIView | MemberAPIView]:
    """A view whose every method is in this scope."""

    def post(self: object, request: Request) -> Response:
        return Response("done")

    base = MemberAPIView if scope.subject is Subject.MEMBER else PublicAPIView
    return type("View", (base,), {"throttle_scope": scope.name, "post": post})


urlpatterns = [
    path("", include("caferoam.api.urls")),
    *route("free", Free.as_view(), name="free"),
    *route("mine", Mine.as_view(), name="mine"),
    *route("mixed", Mixed.as_view(), name="mixed"),
    *route("open-search", OpenSearch.as_view(), name="open-search"),
    *(
        pattern
        for scope in VIEW_SCOPES.values()
        for pattern in route(f"in/{scope.name}", view_in(scope).as_view(), name=scope.name)
    ),
    re_path("", not_found),
]
handler400 = handler403 = "caferoam.api.errors.refused"
handler404 = "caferoam.api.errors.not_found"
handler500 = "caferoam.api.errors.server_error"
