"""Which routes have limits of their own."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from caferoam.api.principal import Principal
from caferoam.api.throttling.scopes import Scope
from caferoam.api.throttling.views import ThrottledAPIView
from caferoam.testing.database import ApiClient
from caferoam.testing.throttling import Limits

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SCOPES = {
    ("GET", "search"): "search",
    ("HEAD", "search"): "search",
    ("POST", "uploads"): "uploads",
    ("POST", "checkins"): "checkins",
    ("POST", "profile/export"): "export",
    ("DELETE", "profile"): "deletion",
    **{(method, "unsubscribe/<str:token>"): "unsubscribe" for method in METHODS},
    **{(method, "webhooks/resend"): "webhook" for method in METHODS},
}


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, type[object]]]:
    """Every path with its view, as the URLconf has them."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path)
        elif hasattr(pattern.callback, "view_class"):
            yield path, pattern.callback.view_class


def test_every_route_is_limited_and_those_that_cost_more_than_others_in_scopes_of_their_own() -> None:
    found: dict[tuple[str, str], Scope] = {}
    for path, view in views(get_resolver().url_patterns):
        assert issubclass(view, ThrottledAPIView), path
        found |= {(method, path): scope for method in METHODS if (scope := view.scope_of(method))}
    assert {key: scope.name for key, scope in found.items()} == {
        (method, path + slash): scope for (method, path), scope in SCOPES.items() for slash in ("", "/")
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_member_may_search_twenty_times_a_minute_and_then_be_elsewhere(
    api: ApiClient, bearer: Callable[[Principal], dict[str, str]], member: Principal, limits: Limits
) -> None:
    headers = bearer(member)
    answers = [api.get("/search", {"text": "咖啡"}, headers=headers).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert api.get("/lists", headers=headers).status_code == 200
