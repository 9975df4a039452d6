"""Where members take their data out."""

from http import HTTPStatus

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.export import asking
from accounts.export.serializers import ExportRequest, ExportSerializer
from accounts.models import DataExport
from caferoam.api.bodies import parse_body
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.schema import problem_responses
from caferoam.api.views import MemberAPIView
from caferoam.providers.storage import member_storage


class Export(MemberAPIView):
    """The member's export."""

    throttle_scope = {"POST": "export"}

    @extend_schema(
        operation_id="create_export",
        request=ExportRequest,
        responses={202: ExportSerializer},
        summary="Ask for all of one's data",
    )
    def post(self, request: Request) -> Response:
        """It is put together in the background: ask how it stands. While one is pending, this gives that one."""
        parse_body(ExportRequest, request)
        with self.as_member():
            export = asking.request_export(member=self.principal.user_id)
        return Response(self._described(export), status=HTTPStatus.ACCEPTED)

    @extend_schema(
        operation_id="get_export",
        responses={200: ExportSerializer, **problem_responses(404)},
        summary="How the export stands, and where it is",
    )
    def get(self, request: Request) -> Response:
        """The export that was asked for last: a zip file with JSON and photos, to be fetched within 24 hours."""
        parse_query(QueryParams, request)
        with self.as_member():
            export = asking.latest(self.principal.user_id)
        if export is None:
            raise Http404
        return Response(self._described(export))

    def _described(self, export: DataExport) -> dict[str, object]:
        return asking.describe(export, member_storage(self.access_token), now=timezone.now())
