"""Where members leave, look how it stands, and come back.

Each admits members in every state: whoever has not agreed to anything, or was shut out, may still have their data go.
"""

import logging
from http import HTTPStatus

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.erasure import wishes
from accounts.erasure.serializers import DeletionRequest, DeletionSerializer, RestoredSerializer, RestoreRequest
from accounts.models import AccountDeletion
from caferoam.api.bodies import parse_body
from caferoam.api.identity import MemberState, as_member
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.schema import problem_responses
from caferoam.api.views import MemberAPIView

logger = logging.getLogger("accounts.erasure")

ANY_STATE = frozenset(MemberState)


def request_deletion(view: MemberAPIView, request: Request) -> Response:
    """The answer to ``DELETE /profile``: 202, the first time and every other.

    Raises:
        FreshSignInRequired: the member has neither just signed in nor typed the confirmation.
    """
    if "confirm" not in parse_body(DeletionRequest, request):
        wishes.check_freshness(view.principal, now=timezone.now())
    with as_member(view.principal, admitting=ANY_STATE):
        deletion = wishes.request_deletion(member=view.principal.user_id)
    # The log outlives the database: a wish that a restored backup knows nothing of can be found there.
    logger.info("a member asked to leave: %s", view.principal.user_id)
    return Response(_described(deletion), status=HTTPStatus.ACCEPTED)


class Deletion(MemberAPIView):
    """The member's leaving."""

    admitting = ANY_STATE

    @extend_schema(
        operation_id="get_deletion",
        responses={200: DeletionSerializer, **problem_responses(404)},
        summary="How the deletion of the account stands",
    )
    def get(self, request: Request) -> Response:
        """The deletion that the member has asked for; 404 where they have not."""
        parse_query(QueryParams, request)
        with self.as_member():
            deletion = wishes.open_deletion(self.principal.user_id)
        if deletion is None:
            raise Http404
        return Response(_described(deletion))


class Restore(MemberAPIView):
    """The way back."""

    admitting = ANY_STATE

    @extend_schema(
        operation_id="restore_profile",
        request=RestoreRequest,
        responses={200: RestoredSerializer, **problem_responses(409)},
        summary="Take the deletion of the account back",
    )
    def post(self, request: Request) -> Response:
        """Everything is as it was, but for the weekly email, which needs a new consent. Repeating it changes nothing.

        409 once deleting has begun.
        """
        parse_body(RestoreRequest, request)
        with self.as_member():
            state = wishes.take_back(member=self.principal.user_id)
        return Response({"state": state.value})


def _described(deletion: AccountDeletion) -> dict[str, object]:
    return {
        "requested_at": deletion.requested_at,
        "purge_after": deletion.purge_after,
        "can_be_restored": deletion.step == "",
    }
