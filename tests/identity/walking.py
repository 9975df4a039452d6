"""What routes there are, read from the URLconf itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Spelling:
    """One way to write a route, as in ``lists/<str:list_id>/``."""

    pattern: str
    view: type[APIView]

    @property
    def route(self) -> str:
        """The same for both ways of writing it."""
        return self.pattern.removesuffix("/")

    @property
    def slash(self) -> str:
        """What this way ends in."""
        return self.pattern.removeprefix(self.route)

    @property
    def verbs(self) -> list[str]:
        """Those that the view answers itself; HEAD is a GET, and OPTIONS is nobody's."""
        return [verb for verb in VERBS if verb != "OPTIONS" and hasattr(self.view, verb.lower())]


def spellings() -> list[Spelling]:
    """All routes of the API, in both ways of writing them.

    Raises:
        TypeError: one is no view of the API, of which nobody could say who may call it.
    """
    found = []
    for pattern, callback in _patterns(get_resolver().url_patterns, ""):
        view = getattr(callback, "cls", None)
        if view is None and pattern == "":  # the last one, which takes what no other does
            continue
        if not (isinstance(view, type) and issubclass(view, APIView)):
            raise TypeError(f"{pattern!r} is served by {callback!r}")
        found.append(Spelling(pattern, view))
    return found


def _patterns(entries: list[Any], prefix: str) -> Iterator[tuple[str, object]]:
    for entry in entries:
        match entry:
            case URLResolver():
                yield from _patterns(entry.url_patterns, prefix + str(entry.pattern))
            case URLPattern():
                yield prefix + str(entry.pattern), entry.callback
