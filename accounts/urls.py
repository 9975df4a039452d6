"""Routes of members' accounts."""

from django.urls import URLPattern, URLResolver

from accounts.api import Callback, ConsentText, ProfileDetail
from caferoam.api.routing import route

urlpatterns: list[URLPattern | URLResolver] = [
    *route("auth/callback", Callback.as_view(), name="auth-callback"),
    *route("auth/consent", ConsentText.as_view(), name="auth-consent"),
    *route("profile", ProfileDetail.as_view(), name="profile"),
]
