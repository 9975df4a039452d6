"""Who may log in here, and do what: Django's pages for users and groups, in the hands of superusers."""

from typing import Any

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


class OperatorAdmin(UserAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Whoever may change users could make a superuser of themselves, so only superusers may.

    Nobody is removed: what they have done would go from the log with them. They are made inactive instead.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name that leads here."""
        return super().changelist_view(request, {"title": _("Operators"), **(extra_context or {})})


class OperatorGroupAdmin(GroupAdmin):
    """Likewise, since a group gives its permissions to whoever is in it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)
