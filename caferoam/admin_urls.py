"""Every route of the admin. Each app registers its own pages in its ``admin`` module."""

from django.conf.urls.i18n import urlpatterns as language_choice
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import autodiscover_modules

from caferoam.desk.site import desk

autodiscover_modules("admin")

handler400 = "caferoam.desk.errors.refused"
handler403 = "caferoam.desk.errors.forbidden"
handler404 = "caferoam.desk.errors.missing"
handler500 = "caferoam.desk.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", include(language_choice)),
    path("", desk.urls),
]
