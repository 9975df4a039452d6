"""The two kinds of views: open to all, and for members."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.response import Response

from caferoam.api import identity
from caferoam.api.authentication import InvalidToken, IsMember
from caferoam.api.identity import MemberState
from caferoam.api.principal import Principal
from caferoam.api.throttling.views import ThrottledAPIView
from caferoam.api.tokens import bearer_token
from caferoam.providers.errors import ProviderRefused


class PublicAPIView(ThrottledAPIView):
    """Open to all. Its statements run in autocommit as ``anon``, the login's own default role."""

    permission_classes = (AllowAny,)


class MemberAPIView(ThrottledAPIView):
    """For members. Every statement must run inside ``with self.as_member():``, and the answer must be plain data."""

    permission_classes: Sequence[type[BasePermission]] = (IsMember,)
    admitting: Collection[MemberState] = ()
    """States, besides active, in which a member may come here."""
    delete_has_body: bool = False
    """Whether DELETE reads a body too, for the API's description."""

    @property
    def principal(self) -> Principal:
        """The member who asks."""
        user: object = self.request.user
        if not isinstance(user, Principal):
            raise TypeError("No member is signed in: is the view's IsMember permission gone?")
        return user

    @property
    def access_token(self) -> str:
        """The member's own token, verified: other services of the project judge by it what the member may do."""
        return bearer_token(self.request.META["HTTP_AUTHORIZATION"])

    def as_member(self) -> AbstractContextManager[MemberState]:
        """One transaction in which the database knows the member; see ``identity.as_member``."""
        return identity.as_member(self.principal, admitting=self.admitting)

    def handle_exception(self, exc: Exception) -> Response:
        """A service that refuses a token which has ended meanwhile says no more than that the member must renew it."""
        if isinstance(exc, ProviderRefused) and self.principal.token_ends_at <= timezone.now():
            exc = InvalidToken()
        return super().handle_exception(exc)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer under the guard, rendering included: Django would render after the view, where a lazy queryset would
        be read as nobody.
        """
        with identity.only_bound_statements():
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if isinstance(response, Response) else response
