"""A member's own lists of cafés."""

from http import HTTPStatus

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.bodies import parse_body
from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.views import MemberAPIView
from caferoam.providers.analytics import ListCreated, ShopListed, capture
from lists import reading, services
from lists.serializers import (
    ChangedItemBody,
    ChangedListBody,
    ListItemSerializer,
    ListParams,
    ListSerializer,
    ListsSerializer,
    NewItemBody,
    NewListBody,
)

_LIST_ID = OpenApiParameter("list_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_SHOP_ID = OpenApiParameter("shop_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_PAGE = 20
"""Items in the answer to a change."""


class Lists(MemberAPIView):
    """All lists of a member."""

    @extend_schema(operation_id="list_lists", responses=ListsSerializer, summary="Your lists, with their cafés")
    def get(self, request: Request) -> Response:
        """Every list with a card of each café on it. Of a longer list `next_cursor` leads to the rest."""
        parse_query(QueryParams, request)
        with self.as_member():
            answer = reading.all_lists(owner=self.principal.user_id)
        return Response(answer)

    @extend_schema(
        operation_id="create_list", request=NewListBody, responses={201: ListSerializer}, summary="Start a list"
    )
    def post(self, request: Request) -> Response:
        """Empty at first. `list_cap_reached` if you keep as many as one may, `list_name_taken` if it is no new name."""
        body = parse_body(NewListBody, request)
        owner = self.principal.user_id
        with self.as_member():
            list_id = services.create_list(owner=owner, name=body["name"])
            answer = reading.one_list(owner=owner, list_id=list_id, limit=_PAGE)
        capture(ListCreated())
        return Response(answer, status=HTTPStatus.CREATED)


class List(MemberAPIView):
    """One list."""

    @extend_schema(
        operation_id="get_list", parameters=[_LIST_ID, ListParams], responses=ListSerializer, summary="One list"
    )
    def get(self, request: Request, list_id: str) -> Response:
        """A page of its cafés, in the list's order."""
        params = parse_query(ListParams, request)
        wanted = path_uuid("list_id", list_id)
        with self.as_member():
            answer = reading.one_list(owner=self.principal.user_id, list_id=wanted, **params)
        return Response(answer)

    @extend_schema(
        operation_id="change_list",
        parameters=[_LIST_ID],
        request=ChangedListBody,
        responses=ListSerializer,
        summary="Rename or reorder a list",
    )
    def patch(self, request: Request, list_id: str) -> Response:
        """All of it or nothing; the answer shows its first 20 cafés. `list_name_taken` if another has this name,
        `list_order_mismatch` unless `shop_ids` are all its cafés, each once.
        """
        body = parse_body(ChangedListBody, request)
        owner, wanted = self.principal.user_id, path_uuid("list_id", list_id)
        with self.as_member():
            if "name" in body:
                services.rename_list(owner=owner, list_id=wanted, name=body["name"])
            if "shop_ids" in body:
                services.reorder_list(owner=owner, list_id=wanted, shop_ids=body["shop_ids"])
            answer = reading.one_list(owner=owner, list_id=wanted, limit=_PAGE)
        return Response(answer)

    @extend_schema(
        operation_id="delete_list",
        parameters=[_LIST_ID],
        responses={204: OpenApiResponse(description="It is gone.")},
        summary="Delete a list",
    )
    def delete(self, request: Request, list_id: str) -> Response:
        """With all that is on it."""
        parse_query(QueryParams, request)
        wanted = path_uuid("list_id", list_id)
        with self.as_member():
            services.delete_list(owner=self.principal.user_id, list_id=wanted)
        return Response(status=HTTPStatus.NO_CONTENT)


class ListShops(MemberAPIView):
    """What is on a list."""

    @extend_schema(
        operation_id="add_shop_to_list",
        parameters=[_LIST_ID],
        request=NewItemBody,
        responses={
            200: OpenApiResponse(ListItemSerializer, "It was on the list, and stays in its place."),
            201: OpenApiResponse(ListItemSerializer, "It is now the last on the list."),
        },
        summary="Put a café on a list",
    )
    def post(self, request: Request, list_id: str) -> Response:
        """Again does no harm: a `note` that is given replaces the old one. `shop_not_found` if no live one is meant."""
        body = parse_body(NewItemBody, request)
        owner, wanted, shop_id = self.principal.user_id, path_uuid("list_id", list_id), body["shop_id"]
        with self.as_member():
            is_new = services.add_shop(owner=owner, list_id=wanted, shop_id=shop_id, note=body.get("note"))
            answer = reading.one_item(owner=owner, list_id=wanted, shop_id=shop_id)
        if is_new:
            capture(ShopListed(has_note=bool(body.get("note"))))
        return Response(answer, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)


class ListShop(MemberAPIView):
    """One café on a list."""

    @extend_schema(
        operation_id="change_shop_on_list",
        parameters=[_LIST_ID, _SHOP_ID],
        request=ChangedItemBody,
        responses=ListItemSerializer,
        summary="Change the note to a café on a list",
    )
    def patch(self, request: Request, list_id: str, shop_id: str) -> Response:
        """404 if it is not on this list."""
        body = parse_body(ChangedItemBody, request)
        owner, wanted, shop = self.principal.user_id, path_uuid("list_id", list_id), path_uuid("shop_id", shop_id)
        with self.as_member():
            if "note" in body:
                services.note_shop(owner=owner, list_id=wanted, shop_id=shop, note=body["note"])
            answer = reading.one_item(owner=owner, list_id=wanted, shop_id=shop)
        return Response(answer)

    @extend_schema(
        operation_id="remove_shop_from_list",
        parameters=[_LIST_ID, _SHOP_ID],
        responses={204: OpenApiResponse(description="It is no longer on the list.")},
        summary="Take a café off a list",
    )
    def delete(self, request: Request, list_id: str, shop_id: str) -> Response:
        """404 if it is not on this list."""
        parse_query(QueryParams, request)
        wanted, shop = path_uuid("list_id", list_id), path_uuid("shop_id", shop_id)
        with self.as_member():
            services.remove_shop(owner=self.principal.user_id, list_id=wanted, shop_id=shop)
        return Response(status=HTTPStatus.NO_CONTENT)
