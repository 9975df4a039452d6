"""What the operators' pages about tables have in common."""

from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caferoam.desk.job_list import BoundedPaginator


class TableAdmin(ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """A table in pages that count no further than anybody leafs. ``title`` stands above the list."""

    title: str | Promise = ""
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its title."""
        return super().changelist_view(request, {"title": self.title, **(extra_context or {})})


class WatchedAdmin(TableAdmin):
    """Rows that come and go by the code alone: none is added, removed or ticked here."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(WatchedAdmin):
    """Rows that are looked at and never changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembersOwnAdmin(ReadOnlyAdmin):
    """Rows that are their members' own, the newest first. They are found by a whole id in one of ``id_columns``.

    ``lookups`` are the columns that an address may ask for.
    """

    ordering = ("-created_at", "-pk")
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    id_columns: tuple[str, ...] = ("pk", "user_id")
    lookups: frozenset[str] = frozenset()

    # Else any column can be asked for (?note__contains=…), which would find out what is not shown.
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in self.lookups

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            return self.with_words(queryset, term), False
        return queryset.filter(Q.create([(column, wanted) for column in self.id_columns], connector=Q.OR)), False

    def with_words(self, queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
        """What is found by words that are no id: nothing, unless a page says otherwise."""
        return queryset.none()


def member_link(user_id: UUID) -> SafeString:
    """How a member's id begins, and the way to their page."""
    url = reverse("admin:accounts_profile_change", args=[user_id])
    return format_html('<a href="{}"><code>{}</code></a>', url, str(user_id)[:8])
