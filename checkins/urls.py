"""Routes of check-ins."""

from django.urls import URLPattern, URLResolver

from caferoam.api.routing import route
from checkins.api import CheckInDetail, CheckIns

urlpatterns: list[URLPattern | URLResolver] = [
    *route("checkins", CheckIns.as_view(), name="check_ins"),
    *route("checkins/<str:check_in_id>", CheckInDetail.as_view(), name="check_in"),
]
