"""Small views that show each rule of the API's ground floor."""

from collections.abc import Callable, Mapping

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.bodies import RequestBody, parse_body
from caferoam.api.errors import not_found
from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.routing import route
from caferoam.api.views import MemberAPIView, PublicAPIView
from caferoam.errors import CafeRoamError

SECRET_TEXT = "password=hunter2 at db.internal"


class FullError(CafeRoamError):
    status = 409
    code = "full"


class LazyRows:
    """Asks the database only when it is rendered, as a queryset does."""

    def __iter__(self) -> object:
        return iter([whoami()])


def whoami() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user, current_setting('request.jwt.claims', true)")
        login, role, claims = cursor.fetchone()
    return {"login": login, "role": role, "claims": claims or ""}


class EchoParams(QueryParams):
    text = serializers.CharField(max_length=20)
    ratio = serializers.FloatField(required=False, min_value=0, max_value=1)
    tag = serializers.ListField(child=serializers.CharField(max_length=5), required=False)


class Corner(RequestBody):
    x = serializers.IntegerField(max_value=9)
    note = serializers.CharField(required=False, allow_null=True)


class EchoBody(RequestBody):
    text = serializers.CharField(max_length=20)
    wanted = serializers.BooleanField(required=False)
    ratio = serializers.FloatField(required=False)
    shop_id = serializers.UUIDField(required=False)
    mode = serializers.ChoiceField(choices=("work", "5"), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False, max_length=3)
    corner = Corner(required=False)
    corners = Corner(many=True, required=False)
    anything = serializers.JSONField(required=False)


class EchoChangeBody(RequestBody):
    may_be_empty = False

    text = serializers.CharField(required=False, allow_null=True)
    corner = Corner(required=False)


class Echo(PublicAPIView):
    def get(self, request: Request) -> Response:
        return Response(parse_query(EchoParams, request))

    def post(self, request: Request) -> Response:
        return Response(parse_body(EchoBody, request))


class Change(PublicAPIView):
    @extend_schema(request=EchoChangeBody, responses=EchoChangeBody)
    def patch(self, request: Request) -> Response:
        return Response(parse_body(EchoChangeBody, request))


class Thing(PublicAPIView):
    def get(self, request: Request, thing_id: str) -> Response:
        return Response(str(path_uuid("thing_id", thing_id)))


class Me(MemberAPIView):
    """What the database knows during, before and after a binding."""

    def get(self, request: Request) -> Response:
        with self.as_member():
            bound = whoami()
        return Response({"user_id": str(self.principal.user_id), **bound})


class Forgetful(MemberAPIView):
    def get(self, request: Request) -> Response:
        return Response(whoami())


class Lazy(MemberAPIView):
    def get(self, request: Request) -> Response:
        with self.as_member():
            return Response(LazyRows())


class PublicRole(PublicAPIView):
    def get(self, request: Request) -> Response:
        return Response(whoami())


FAULTS: Mapping[str, Exception] = {
    "surprise": ValueError(SECRET_TEXT),
    "leak": ValueError("GET https://photos.example/1.jpg?token=sesame-1 for guest@example.com: password=sesame-2"),
    "database": OperationalError(SECRET_TEXT),
    "full": FullError("It is full.", errors={"name": ["Too many."]}),
    "absent": Http404(SECRET_TEXT),
    "forbidden": PermissionDenied(SECRET_TEXT),
    "bad": BadRequest(SECRET_TEXT),
    "suspicious": SuspiciousOperation(SECRET_TEXT),
    "throttled": Throttled(wait=7),
    "nested": serializers.ValidationError({"photos": [{"url": ["No."]}, {}], "note": "Too long."}),
    "plain": serializers.ValidationError("Nothing fits."),
}


class Fault(PublicAPIView):
    def get(self, request: Request, name: str) -> Response:
        raise FAULTS[name]


def plain_fault(request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


def refusing_middleware(get_response: object) -> Callable[[HttpRequest], HttpResponse]:
    def refuse(request: HttpRequest) -> HttpResponse:
        raise SuspiciousOperation(SECRET_TEXT)

    return refuse


def broken_middleware(get_response: object) -> Callable[[HttpRequest], HttpResponse]:
    def fail(request: HttpRequest) -> HttpResponse:
        raise ValueError(SECRET_TEXT)

    return fail


urlpatterns = [
    path("", include("caferoam.api.urls")),
    *route("echo", Echo.as_view(), name="echo"),
    *route("change", Change.as_view(), name="change"),
    *route("things/<str:thing_id>", Thing.as_view(), name="thing"),
    *route("me", Me.as_view(), name="me"),
    *route("forgetful", Forgetful.as_view(), name="forgetful"),
    *route("lazy", Lazy.as_view(), name="lazy"),
    *route("role", PublicRole.as_view(), name="role"),
    *route("faults/<str:name>", Fault.as_view(), name="fault"),
    *route("plain/<str:name>", plain_fault, name="plain"),
    re_path("", not_found),
]
handler400 = handler403 = "caferoam.api.errors.refused"
handler404 = "caferoam.api.errors.not_found"
handler500 = "caferoam.api.errors.server_error"
