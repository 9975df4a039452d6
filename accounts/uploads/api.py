"""Where members ask for an upload, and ask what became of it."""

from http import HTTPStatus

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Upload
from accounts.uploads.asking import ask_for_upload, take_back
from accounts.uploads.reading import describe
from accounts.uploads.serializers import UploadRequest, UploadSerializer, UploadTicketSerializer
from caferoam.api.bodies import parse_body
from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.schema import problem_responses
from caferoam.api.views import MemberAPIView
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import member_storage


class Uploads(MemberAPIView):
    """Uploads of the member."""

    throttle_scope = {"POST": "uploads"}

    @extend_schema(
        operation_id="create_upload",
        request=UploadRequest,
        responses={201: UploadTicketSerializer, **problem_responses(409)},
        summary="Ask for a place to put a photo",
    )
    def post(self, request: Request) -> Response:
        """A URL to PUT one file to, within two hours; then name the upload's id where the photo belongs.

        Photos are JPEG, PNG or WebP, of 5 MB and 8,000 pixels a side at most. At most 20 may wait to be used.
        """
        wanted = parse_body(UploadRequest, request)
        with self.as_member():
            upload = ask_for_upload(
                owner=self.principal.user_id,
                purpose=Upload.Purpose(wanted["purpose"]),
                content_type=wanted["content_type"],
                size_bytes=wanted["bytes"],
            )
        try:
            upload_url = member_storage(self.access_token).sign_upload(upload.bucket, upload.path)
        except (ProviderUnavailable, ProviderRefused):
            with self.as_member():
                take_back(upload.id)
            raise
        ticket = {
            "id": upload.id,
            "purpose": upload.purpose,
            "upload_url": upload_url,
            "method": "PUT",
            "headers": {"Content-Type": upload.content_type},
            "expires_at": upload.expires_at,
        }
        return Response(ticket, status=HTTPStatus.CREATED, headers={"Location": f"/uploads/{upload.id}"})


class UploadDetail(MemberAPIView):
    """One upload of the member."""

    @extend_schema(
        operation_id="get_upload",
        parameters=[OpenApiParameter("upload_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=UploadSerializer,
        summary="What became of an upload",
    )
    def get(self, request: Request, upload_id: str) -> Response:
        """Its state, why it was refused if it was, and once it is ready where its photo can be seen."""
        parse_query(QueryParams, request)
        wanted = path_uuid("upload_id", upload_id)
        with self.as_member():
            kept = Upload.objects.exclude(status=Upload.Status.DISCARDED)
            upload = kept.filter(id=wanted, user_id=self.principal.user_id).first()
        if upload is None:
            raise Http404
        photo = describe([upload], member_storage(self.access_token))[upload.id]
        return Response({**photo, "purpose": upload.purpose, "expires_at": upload.expires_at})
