"""What members have collected, and what a stamp looks like."""

import hashlib
from typing import Final

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.views import MemberAPIView, PublicAPIView
from stamps.art import draw
from stamps.reading import facts_of, page_of_passport, page_of_stamps
from stamps.serializers import PassportPageSerializer, StampPageSerializer, StampParams

SVG: Final = "image/svg+xml"
MAX_AGE_S: Final = 3600


class Stamps(MemberAPIView):
    """The stamps of a member."""

    @extend_schema(
        operation_id="list_stamps",
        parameters=[StampParams],
        responses=PolymorphicProxySerializer(
            component_name="StampsOrPassport",
            serializers=[StampPageSerializer, PassportPageSerializer],
            resource_type_field_name=None,
            many=False,
        ),
        summary="Your stamps, the newest first, or by café",
    )
    def get(self, request: Request) -> Response:
        """One for each check-in; with `group=shop` one entry for each café."""
        params = parse_query(StampParams, request)
        read = page_of_passport if params.get("group") else page_of_stamps
        with self.as_member():
            answer = read(
                member=self.principal.user_id,
                shop_id=params.get("shop_id"),
                limit=params["limit"],
                cursor=params.get("cursor"),
            )
        return Response(answer)


class StampDesign(PublicAPIView):
    """What the stamp of a café looks like."""

    @extend_schema(
        operation_id="get_stamp_design",
        parameters=[OpenApiParameter("shop_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={
            (200, SVG): OpenApiTypes.STR,
            304: OpenApiResponse(description="Unchanged since the ETag that was sent."),
        },
        summary="The stamp of a café, as a picture",
    )
    def get(self, request: Request, shop_id: str) -> HttpResponse:
        """Drawn from name, district and tags, in one colour on nothing, for light and dark pages. Closed ones too."""
        parse_query(QueryParams, request)
        body = draw(facts_of(path_uuid("shop_id", shop_id))).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        # The policy that all answers carry, default-src 'none', suits it: a stamp needs neither script nor style.
        response = HttpResponse(body, content_type=f"{SVG}; charset=utf-8", headers={"ETag": etag})
        patch_cache_control(response, public=True, max_age=MAX_AGE_S)
        conditional = get_conditional_response(request._request, etag=etag, response=response)  # noqa: SLF001 - DRF's door to Django's request
        return conditional if conditional is not None else response
