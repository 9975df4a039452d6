"""Routes that fail."""

from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.routing import route
from caferoam.api.views import PublicAPIView
from caferoam.tests.spilling import spill
from caferoam.urls import handler400, handler403, handler404, handler500
from caferoam.urls import urlpatterns as routes_of_all

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class Spill(PublicAPIView):
    """Takes what is sent, and fails."""

    def post(self, request: Request, token: str) -> Response:
        """Never answers."""
        body = request.data
        spill()
        return Response(body)


urlpatterns = [*route("spill/<str:token>", Spill.as_view(), name="spill"), *routes_of_all]
