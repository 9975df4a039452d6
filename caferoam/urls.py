"""Every route of the API. Domain apps are wired by dotted name, so that the ground floor imports none of them."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from caferoam.api.errors import not_found

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("caferoam.api.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.uploads.urls")),
    path("", include("accounts.erasure.urls")),
    path("", include("accounts.export.urls")),
    path("", include("shops.urls")),
    path("", include("checkins.urls")),
    path("", include("stamps.urls")),
    path("", include("lists.urls")),
    path("", include("digest.urls")),
    re_path("", not_found),
]
handler400 = handler403 = "caferoam.api.errors.refused"
handler404 = "caferoam.api.errors.not_found"
handler500 = "caferoam.api.errors.server_error"
