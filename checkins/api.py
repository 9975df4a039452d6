"""A member's own check-ins."""

import re
from http import HTTPStatus
from typing import Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.bodies import parse_body
from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.schema import problem_responses
from caferoam.api.views import MemberAPIView
from caferoam.providers.storage import Storage, member_storage
from checkins.reading import one_check_in, page_of_check_ins, shown
from checkins.serializers import (
    KEY_MAX_LENGTH,
    CheckInPageSerializer,
    CheckInSerializer,
    NewCheckInBody,
    PageParams,
    new_check_in,
)
from checkins.services import check_in, take_back

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{KEY_MAX_LENGTH}}}")
_KEY_HEADER: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_MAX_LENGTH, "pattern": r"^[\x21-\x7e]+$"},
    OpenApiParameter.HEADER,
    description="Any text of your own, a UUID say. The same request with the same key is done once.",
)
_CHECK_IN_ID: Final = OpenApiParameter("check_in_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class _CheckInView(MemberAPIView):
    @property
    def storage(self) -> Storage:
        """The storage as this member may use it."""
        return member_storage(self.access_token)


class CheckIns(_CheckInView):
    """All check-ins of a member."""

    throttle_scope = {"POST": "checkins"}

    @extend_schema(
        operation_id="list_check_ins",
        parameters=[PageParams],
        responses=CheckInPageSerializer,
        summary="Your check-ins, the newest first",
    )
    def get(self, request: Request) -> Response:
        """With URLs of their photos that are good for ten minutes; null where there is none to be had at the moment."""
        params = parse_query(PageParams, request)
        with self.as_member():
            read, following = page_of_check_ins(
                member=self.principal.user_id, limit=params["limit"], cursor=params.get("cursor")
            )
        return Response({"results": shown(read, self.storage), "next_cursor": following})

    @extend_schema(
        operation_id="create_check_in",
        parameters=[_KEY_HEADER],
        request=NewCheckInBody,
        responses={201: CheckInSerializer, **problem_responses(409, 422)},
        summary="Check in at a café",
    )
    def post(self, request: Request) -> Response:
        """Earns the café's stamp. It needs a photo: ask for uploads, put the files there, then name them here.

        A worker looks at each photo; one that turns out to be none is refused with the reason. A check-in that is left
        without any photo goes, and its stamp with it.
        """
        wanted = new_check_in(parse_body(NewCheckInBody, request))
        read = check_in(
            wanted,
            member=self.principal.user_id,
            key=_idempotency_key(request),
            as_member=self.as_member,
            storage=self.storage,
        )
        (answer,) = shown(read, self.storage)
        return Response(answer, status=HTTPStatus.CREATED, headers={"Location": f"/checkins/{answer['id']}"})


class CheckInDetail(_CheckInView):
    """One check-in."""

    @extend_schema(
        operation_id="get_check_in", parameters=[_CHECK_IN_ID], responses=CheckInSerializer, summary="One check-in"
    )
    def get(self, request: Request, check_in_id: str) -> Response:
        """404 if it is not yours."""
        parse_query(QueryParams, request)
        wanted = path_uuid("check_in_id", check_in_id)
        with self.as_member():
            read = one_check_in(wanted, member=self.principal.user_id)
        (answer,) = shown(read, self.storage)
        return Response(answer)

    @extend_schema(
        operation_id="delete_check_in",
        parameters=[_CHECK_IN_ID],
        responses={204: OpenApiResponse(description="It is gone.")},
        summary="Take a check-in back",
    )
    def delete(self, request: Request, check_in_id: str) -> Response:
        """Its stamp goes with it, and its photos."""
        parse_query(QueryParams, request)
        wanted = path_uuid("check_in_id", check_in_id)
        with self.as_member():
            take_back(wanted, member=self.principal.user_id)
        return Response(status=HTTPStatus.NO_CONTENT)


def _idempotency_key(request: Request) -> str | None:
    sent = request.headers.get("Idempotency-Key")
    if sent is not None and not _KEY.fullmatch(sent):
        raise ValidationError({"Idempotency-Key": [f"Send 1 to {KEY_MAX_LENGTH} visible ASCII characters."]})
    return sent
