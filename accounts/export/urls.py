"""Routes of the export."""

from django.urls import URLPattern, URLResolver

from accounts.export.api import Export
from caferoam.api.routing import route

urlpatterns: list[URLPattern | URLResolver] = [
    *route("profile/export", Export.as_view(), name="export"),
]
