"""Routes of the weekly email."""

from django.urls import URLPattern, URLResolver

from caferoam.api.routing import route
from digest.api import ResendWebhook, unsubscribe_page

urlpatterns: list[URLPattern | URLResolver] = [
    *route("unsubscribe/<str:token>", unsubscribe_page, name="unsubscribe"),
    *route("webhooks/resend", ResendWebhook.as_view(), name="resend_webhook"),
]
