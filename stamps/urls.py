"""Routes of stamps."""

from django.urls import URLPattern, URLResolver

from caferoam.api.routing import route
from stamps.api import StampDesign, Stamps

urlpatterns: list[URLPattern | URLResolver] = [
    *route("stamps", Stamps.as_view(), name="stamps"),
    *route("stamps/<str:shop_id>.svg", StampDesign.as_view(), name="stamp_design"),
]
