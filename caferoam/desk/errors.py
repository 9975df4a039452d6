"""The pages for what cannot be answered. None says what went wrong inside; that stands in the log."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: nothing that these pages send."""
    return _page(_("That address or form is not one of this desk."), 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: by the operator's permissions."""
    text = _("Your account may not do this. Nothing was changed. Ask a superuser for the permission.")
    return _page(text, 403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its token. Nearly always an old page, since logging in makes new tokens."""
    return _page(_("This page was too old. Nothing was changed: open it anew, then do it again."), 403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: of a job it says that it may be gone, because that is what brings people here."""
    return _page(_("There is no such page. A job that ended long ago has been deleted."), 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 without the database; in both languages, because nothing else can be relied on."""
    is_down = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    html = render_to_string("desk/out_of_order.html", {"is_down": is_down})
    return HttpResponse(html, status=503 if is_down else 500, headers={"Cache-Control": "no-store"})


def _page(text: str, status: int) -> HttpResponse:
    """Without the request, so that no database is asked."""
    return HttpResponse(render_to_string("desk/error.html", {"text": text, "status": status}), status=status)
