"""What answers outside any view: unknown paths, and what Django itself refuses."""

from django.http import HttpRequest, HttpResponse

from caferoam.api.problems import INTERNAL_ERROR, NOT_FOUND, answer


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Every path that no route takes. Wired as the last route too, because Django's debug mode skips ``handler404``."""
    return NOT_FOUND.response(request)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400`` and ``handler403``."""
    return answer(exception, request)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: a surprise outside a view, which Django has logged."""
    return INTERNAL_ERROR.response(request)
