"""Routes that answer with and without a trailing slash, to every verb, without a redirect."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path


def route(pattern: str, view: Callable[..., HttpResponseBase], *, name: str) -> list[URLPattern]:
    """Both spellings of one route: ``urlpatterns = [*route("shops", Shops.as_view(), name="shops")]``.

    ``pattern`` is written without slashes at its ends; reversing ``name`` gives the form without a trailing one. Take
    ids as ``<str:…>`` and read them with ``params.path_uuid``, so that a bad one is a 400 that names it.
    """
    return [path(pattern, view, name=name), path(f"{pattern}/", view)]
