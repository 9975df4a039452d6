"""Routes of uploads."""

from django.urls import URLPattern, URLResolver

from accounts.uploads.api import UploadDetail, Uploads
from caferoam.api.routing import route

urlpatterns: list[URLPattern | URLResolver] = [
    *route("uploads", Uploads.as_view(), name="uploads"),
    *route("uploads/<str:upload_id>", UploadDetail.as_view(), name="upload"),
]
