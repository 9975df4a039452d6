"""The directory, open to all, and search, for members."""

import hashlib
import json
import time
from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.views import MemberAPIView, PublicAPIView
from caferoam.providers.analytics import capture
from shops import directory
from shops.facets import shop_facets
from shops.filters import read_filters
from shops.search import service
from shops.search.query_vectors import query_vectors
from shops.search.searched import searched_models
from shops.search.telling import event_of
from shops.search.vocabulary import vocabularies
from shops.serializers import (
    SearchAnswerSerializer,
    SearchParams,
    ShopDetailSerializer,
    ShopListParams,
    ShopPageSerializer,
    TaxonomySerializer,
)

TAXONOMY_MAX_AGE_S = 300


class ShopList(PublicAPIView):
    """The directory."""

    @extend_schema(
        operation_id="list_shops",
        parameters=[ShopListParams],
        responses=ShopPageSerializer,
        summary="Find cafés by filters",
    )
    def get(self, request: Request) -> Response:
        """Live cafés that pass every filter, page by page."""
        params = parse_query(ShopListParams, request)
        vocabulary = vocabularies.current()
        now = timezone.now()
        filters = read_filters(params, vocabulary, now=now)
        page = directory.shop_page(
            filters,
            order=params["order"],
            limit=params["limit"],
            cursor=params.get("cursor"),
            vocabulary=vocabulary,
            now=now,
        )
        counts = shop_facets(filters, now=now, vocabulary=vocabulary) if params["facets"] else None
        return Response({**page, "facets": counts})


class ShopDetail(PublicAPIView):
    """One café."""

    @extend_schema(
        operation_id="get_shop",
        parameters=[OpenApiParameter("shop_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=ShopDetailSerializer,
        summary="One café",
    )
    def get(self, request: Request, shop_id: str) -> Response:
        """All there is to say of a live café: its tags with their evidence, modes, hours, photos."""
        parse_query(QueryParams, request)
        return Response(directory.shop_detail(path_uuid("shop_id", shop_id), now=timezone.now()))


class Taxonomy(PublicAPIView):
    """What can be said of a café."""

    @extend_schema(
        operation_id="get_taxonomy",
        responses={
            200: TaxonomySerializer,
            304: OpenApiResponse(description="Unchanged since the ETag that was sent."),
        },
        summary="Dimensions and tags",
    )
    def get(self, request: Request) -> HttpResponse:
        """Every tag in Chinese and English. Changes rarely: ask again with the ETag."""
        parse_query(QueryParams, request)
        body = directory.taxonomy()
        etag = f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'
        response = Response(body, headers={"ETag": etag})
        patch_cache_control(response, public=True, max_age=TAXONOMY_MAX_AGE_S)
        conditional = get_conditional_response(request._request, etag=etag, response=response)  # noqa: SLF001 - DRF's door to Django's request
        return conditional if conditional is not None else response


class Search(MemberAPIView):
    """Search by words."""

    throttle_scope = {"GET": "search"}

    @extend_schema(
        operation_id="search",
        parameters=[SearchParams],
        responses=SearchAnswerSerializer,
        summary="Find cafés by what one wants to do there",
    )
    def get(self, request: Request) -> Response:
        """Cafés that pass the filters, the best first, each with the reasons why. For members."""
        began_at = time.monotonic()
        now = timezone.now()
        params = parse_query(SearchParams, request)
        # Each in its own transaction, if it is due, done before the embedder is asked.
        vocabulary = vocabularies.current(self.as_member)
        searched = searched_models.current(self.as_member)
        wanted = service.SearchRequest(
            text=params["text"],
            filters=read_filters(params, vocabulary, now=now),
            limit=params["limit"],
            cursor=params.get("cursor"),
            areas_filter=params["areas"] == "filter",
            times_filter=params["times"] == "filter",
            mode_counts=params["modes"] == "count",
        )
        vectors = query_vectors(searched.provider, searched.model)
        prepared = service.prepare(
            wanted, vocabulary=vocabulary, vectors=vectors, now=now, calibration=searched.calibration
        )
        with self.as_member():
            answer = service.answer(prepared)
        capture(event_of(prepared, answer, took=timedelta(seconds=time.monotonic() - began_at)))
        return Response(answer)
