"""The limits of members, and those that a view asks for."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request
from rest_framework.views import APIView

from caferoam.api.principal import Principal
from caferoam.api.throttling.judging import judge
from caferoam.api.throttling.scopes import MEMBER, VIEW_SCOPES, Scope


class ThrottledAPIView(APIView):
    """Judges whoever is signed in, and every request in the view's own scope, before the view's method is called.

    Raises ``ImproperlyConfigured``, when the class is made, for a scope that the table does not know.
    """

    # Without OPTIONS, which would be refused, yet stand in the Allow header of every answer.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    throttle_scope: str | Mapping[str, str] = {}
    """The name of a scope for all methods, or one for each method that has any: ``{"POST": "uploads"}``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        names = [cls.throttle_scope] if isinstance(cls.throttle_scope, str) else cls.throttle_scope.values()
        if unknown := sorted(set(names) - VIEW_SCOPES.keys()):
            raise ImproperlyConfigured(f"{cls.__qualname__}.throttle_scope names no scope: {', '.join(unknown)}.")

    @classmethod
    def scope_of(cls, method: str | None) -> Scope | None:
        """The scope of requests with this method."""
        if isinstance(cls.throttle_scope, str):
            return VIEW_SCOPES[cls.throttle_scope]
        name = cls.throttle_scope.get("GET" if method == "HEAD" else str(method))
        return VIEW_SCOPES[name] if name else None

    def check_throttles(self, request: Request) -> None:
        """Called by ``APIView`` when it is known who asks and that they may.

        Raises:
            TooManyRequests: one of the limits is used up.
            LimitsUnavailable: they cannot be counted at the moment, and must be.
        """
        user: object = request.user
        scope = self.scope_of(request.method)
        scopes = [*([MEMBER] if isinstance(user, Principal) else []), *([scope] if scope else [])]
        if scopes:
            member = user.user_id if isinstance(user, Principal) else None
            judge(request._request, scopes, member=member)  # noqa: SLF001 - DRF's door to Django's request
