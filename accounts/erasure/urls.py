"""Routes of leaving and coming back; DELETE /profile is a method of the profile's own view."""

from django.urls import URLPattern, URLResolver

from accounts.erasure.api import Deletion, Restore
from caferoam.api.routing import route

urlpatterns: list[URLPattern | URLResolver] = [
    *route("profile/deletion", Deletion.as_view(), name="deletion"),
    *route("profile/restore", Restore.as_view(), name="restore"),
]
