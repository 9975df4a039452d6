"""What can go wrong in a view, at the worst moment: after the database knows who asks."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import connection
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Consent, DataExport, Profile, Upload
from caferoam.api.views import MemberAPIView, PublicAPIView
from checkins.models import CheckIn
from lists.models import ListItem, ShopList
from stamps.models import Stamp

MODELS = (Profile, Consent, Upload, DataExport, CheckIn, Stamp, ShopList, ListItem)


def _run(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def whoami() -> dict[str, str]:
    """Who the database thinks is asking."""
    ((login, role, claims),) = _run("SELECT session_user, current_user, current_setting('request.jwt.claims', true)")
    return {"login": login, "role": role, "claims": claims or ""}


class Role(PublicAPIView):
    """As whom those are answered who have not signed in."""

    def get(self, request: Request) -> Response:
        return Response(whoami())


class Unscoped(MemberAPIView):
    """Forgets to ask whose rows they are."""

    def get(self, request: Request) -> Response:
        with self.as_member():
            seen = {model.__name__: [str(row.pk) for row in model._default_manager.all()] for model in MODELS}
            return Response({"me": str(self.principal.user_id), "database": whoami(), "seen": seen})

    def patch(self, request: Request) -> Response:
        with self.as_member():
            changed = {
                "Profile": Profile.objects.update(display_name="everybody"),
                "ShopList": ShopList.objects.update(name="everybody's"),
                "ListItem": ListItem.objects.update(note="everybody's"),
            }
        return Response(changed)

    def delete(self, request: Request) -> Response:
        with self.as_member():
            deleted = {
                "CheckIn": CheckIn.objects.all().delete()[0],
                "ListItem": ListItem.objects.all().delete()[0],
                "ShopList": ShopList.objects.all().delete()[0],
            }
        return Response(deleted)


class Fails(MemberAPIView):
    """Reads what is the member's, then meets with something."""

    def get(self, request: Request, how: str) -> Response:
        with self.as_member():
            seen = list(ShopList.objects.values_list("name", flat=True))
            FAULTS[how]()
        return Response(seen, status=HTTPStatus.OK)


def raises() -> None:
    raise ValueError("Nobody expected this.")


def breaks_off() -> None:
    _run("SET LOCAL statement_timeout = '20ms'")
    _run("SELECT pg_sleep(5)")


def loses_connection() -> None:
    _run("SET LOCAL ROLE NONE")  # the login may end its own sessions
    _run("SELECT pg_terminate_backend(pg_backend_pid())")


FAULTS: dict[str, Callable[[], object]] = {
    "raises": raises,
    "statement": lambda: _run("SELECT 1 / 0"),
    "forbidden": lambda: _run("SELECT * FROM job_queue"),
    "timeout": breaks_off,
    "connection": loses_connection,
    "slow": lambda: _run("SELECT pg_sleep(0.02)"),
}
"""Statuses in the test: 500 for what is ours, 503 where the database did not answer, 200 for what is only slow."""

urlpatterns: list[URLPattern | URLResolver] = [
    path("role", Role.as_view()),
    path("unscoped", Unscoped.as_view()),
    path("fails/<str:how>", Fails.as_view()),
    path("", include("caferoam.urls")),
]
handler400 = handler403 = "caferoam.api.errors.refused"
handler404 = "caferoam.api.errors.not_found"
handler500 = "caferoam.api.errors.server_error"
